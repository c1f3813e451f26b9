package io.freeport.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freeport.junit5.FreePort;
import java.net.ConnectException;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;

class LatePaymentsTest {

  private final String order = UUID.randomUUID().toString();

  @RepeatedTest(80)
  void ordersCanBePlacedOnceTheyAreThere(@FreePort int ordersPort, @FreePort int paymentsPort)
      throws Exception {
    URI ordersAddress = URI.create("http://127.0.0.1:" + ordersPort);
    URI paymentsAddress = URI.create("http://127.0.0.1:" + paymentsPort);
    try (OrderService orders = OrderService.start(ordersAddress, paymentsAddress)) {
      // Until they listen nobody does: who connects to a held port is refused.
      assertThatThrownBy(() -> orders.place(order)).hasCauseInstanceOf(ConnectException.class);

      try (PaymentService payments = PaymentService.start(paymentsAddress, ordersAddress)) {
        orders.place(order);
      }
      assertThat(orders.isPaid(order)).isTrue();
    }
  }
}
