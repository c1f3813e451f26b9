package io.freeport.examples.orders;

import java.io.IOException;
import java.net.URI;

/** Takes the money, and tells the orders about it before it answers. */
public final class PaymentService implements AutoCloseable {

  private final Service service;

  private PaymentService(Service service) {
    this.service = service;
  }

  /** Starts it at the one address; the other is that of the orders. */
  public static PaymentService start(URI address, URI orders) throws IOException {
    return new PaymentService(
        Service.start(
            address,
            path -> "receipt of " + path.substring(1) + ", " + Service.call(orders, path)));
  }

  @Override
  public void close() {
    service.close();
  }
}
