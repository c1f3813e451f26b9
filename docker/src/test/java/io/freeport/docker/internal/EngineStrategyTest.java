package io.freeport.docker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.docker.testing.EngineLog;
import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class EngineStrategyTest {

  private static final String MODE = "freeport.container.handoff";
  private static final String ADDRESS = "freeport.container.address";

  private final EngineStrategy engine = new EngineStrategy(() -> "of a test");
  private final ContainerSettings settings = DockerContext.ofThisJvm().containers();
  private final EngineLog log = EngineLog.open();

  @BeforeEach
  void auto() {
    System.setProperty(MODE, "auto"); // whatever the environment says
  }

  @AfterEach
  void asBefore() {
    log.close();
    System.clearProperty(MODE);
    System.clearProperty(ADDRESS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1", "127.0.1.1", "::1", "[::1]"})
  void anEngineThatIsReachedByLoopback(String host) {
    assertThat(engine.mode(host, HandoffMode.SHARED, settings)).isEqualTo(EngineMode.SHARED);
    assertThat(engine.mode(host, HandoffMode.CLOSE_THEN_BIND, settings))
        .isEqualTo(EngineMode.CLOSE_THEN_BIND);
    assertThat(log.messages).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.7", "docker.example.com", "172.17.0.1"})
  void anEngineThatIsReachedOtherwiseDecidesItselfAndThatIsSaidOnce(String host) {
    assertThat(engine.mode(host, HandoffMode.SHARED, settings)).isEqualTo(EngineMode.REMOTE);
    assertThat(engine.mode(host, HandoffMode.SHARED, settings)).isEqualTo(EngineMode.REMOTE);
    assertThat(log.messages)
        .singleElement()
        .asString()
        .startsWith("WARNING The Docker engine publishes ports elsewhere");
  }

  @Test
  void whatAStartShowedIsRemembered() {
    engine.learn(EngineMode.CLOSE_THEN_BIND, "it refused");
    engine.learn(EngineMode.CLOSE_THEN_BIND, "it refused");
    assertThat(engine.mode("localhost", HandoffMode.SHARED, settings))
        .isEqualTo(EngineMode.CLOSE_THEN_BIND);
    assertThat(log.messages).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = EngineMode.class,
      names = {"SHARED", "CLOSE_THEN_BIND", "REMOTE"})
  void eachModeCanBeForced(EngineMode mode) {
    System.setProperty(MODE, mode.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    assertThat(engine.mode("localhost", HandoffMode.SHARED, settings)).isEqualTo(mode);
    assertThat(engine.mode("192.0.2.7", HandoffMode.CLOSE_THEN_BIND, settings)).isEqualTo(mode);
    assertThat(log.messages).isEmpty();
  }

  @Test
  void aModeThatDoesNotExist() {
    System.setProperty(MODE, "magic");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> engine.mode("localhost", HandoffMode.SHARED, settings))
        .withMessageContaining("\"magic\". Expected auto, shared, close-then-bind or remote.");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, , , 127.0.0.1",
    "192.0.2.7, , , ''",
    "localhost, ::1, , 0:0:0:0:0:0:0:1",
    "localhost, 127.0.0.1, , 127.0.0.1",
    "localhost, 0.0.0.0, , ''",
    "localhost, , *, ''",
    "192.0.2.7, 127.0.0.1, 192.0.2.8, 192.0.2.8"
  })
  void theAddressIsLoopbackUnlessSomebodySaysOtherwise(
      String host, @Nullable String asked, @Nullable String configured, String expected)
      throws Exception {
    if (configured != null) {
      System.setProperty(ADDRESS, configured);
    }
    try (PortAllocator allocator = PortAllocator.create()) {
      PortRequest.Builder request = PortRequest.named("web");
      HeldPort port =
          allocator.hold(
              (asked == null ? request : request.address(InetAddress.getByName(asked))).build());
      assertThat(EngineStrategy.address(host, port, settings)).isEqualTo(expected);
    }
  }
}
