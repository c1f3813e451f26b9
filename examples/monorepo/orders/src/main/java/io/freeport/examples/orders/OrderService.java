package io.freeport.examples.orders;

import java.io.IOException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Takes orders, has them paid for, and is called back once they are. */
public final class OrderService implements AutoCloseable {

  private final URI payments;
  private final Set<String> paid = ConcurrentHashMap.newKeySet();
  private final Service service;

  private OrderService(URI address, URI payments) throws IOException {
    this.payments = payments;
    this.service = Service.start(address, this::calledBack);
  }

  /** Starts it at the one address; the other is that of the payments. */
  public static OrderService start(URI address, URI payments) throws IOException {
    return new OrderService(address, payments);
  }

  /** Places an order and returns the receipt. */
  public String place(String order) {
    return Service.call(payments, "/" + order);
  }

  /** Returns whether somebody has called back to say that the order is paid. */
  public boolean isPaid(String order) {
    return paid.contains(order);
  }

  private String calledBack(String path) {
    paid.add(path.substring(1));
    return "thanks";
  }

  @Override
  public void close() {
    service.close();
  }
}
