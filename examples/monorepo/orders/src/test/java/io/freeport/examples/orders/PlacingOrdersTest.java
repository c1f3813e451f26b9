package io.freeport.examples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.FreePort;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;

/** Each of the two must know where the other will be before either of them is there. */
class PlacingOrdersTest {

  private OrderService orders;
  private PaymentService payments;

  @BeforeEach
  void start(@FreePort("orders") int ordersPort, @FreePort("payments") int paymentsPort)
      throws Exception {
    URI ordersAddress = URI.create("http://127.0.0.1:" + ordersPort);
    URI paymentsAddress = URI.create("http://127.0.0.1:" + paymentsPort);
    orders = OrderService.start(ordersAddress, paymentsAddress);
    payments = PaymentService.start(paymentsAddress, ordersAddress);
  }

  @AfterEach
  void stop() {
    orders.close();
    payments.close();
  }

  @RepeatedTest(100)
  void anOrderIsPaid() {
    String order = UUID.randomUUID().toString();
    assertThat(orders.place(order)).isEqualTo("receipt of " + order + ", thanks");
    assertThat(orders.isPaid(order)).isTrue();
  }
}
