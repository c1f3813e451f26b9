package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An extension of the class runs before fields are injected, and needs a number. */
@ExtendWith(EarlyExtensionTest.Early.class)
class EarlyExtensionTest {

  @RegisterExtension
  static final FreePortExtension PORTS =
      FreePortExtension.builder().port(PortRequest.named("web").build()).build();

  /** As a static initializer sees it. */
  private static final int INITIALIZED = PORTS.number("web");

  @FreePort("later")
  private static int injected;

  private static int seenOfTheExtension;
  private static int seenOfTheField = -1;

  @Test
  void theExtensionOfPortsKnowsTheNumberFromTheBeginning(@FreePort("web") int web) {
    assertThat(seenOfTheExtension).isEqualTo(web);
    assertThat(INITIALIZED).isEqualTo(web);
    assertThat(seenOfTheField).as("a control").isZero();
    assertThat(injected).isPositive();
  }

  static final class Early implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
      seenOfTheExtension = PORTS.number("web");
      seenOfTheField = injected;
    }
  }
}
