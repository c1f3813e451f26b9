package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;

import io.freeport.HeldPort;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.FreePort;
import io.freeport.junit5.RequiresDocker;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/**
 * {@code @Testcontainers} starts its containers before {@code @FreePort} fields have their values,
 * and field initializers run before both. Whichever way it is written, it works, or says how to
 * write it.
 */
@RequiresDocker
class OrderingTest {

  private static final String NOT_YET =
      "There is no port yet for container port 80: it is null. Fields that are @FreePort get their values after";

  @Test
  void aFieldThatIsNotInjectedYet() {
    failsWith(FieldAtTheClassFixture.class, NOT_YET);
    failsWith(FieldAtTheInstanceFixture.class, NOT_YET);
  }

  @Test
  void aContainerThatRunsAlready() {
    failsWith(
        TooLateFixture.class,
        "Cannot publish container port 80: the container has been started. The engine takes a container's ports when it is created");
  }

  @Test
  void aParameterOfALifecycleMethod() {
    run(ParameterFixture.class).assertStatistics(stats -> stats.succeeded(1).failed(0));
  }

  @Testcontainers
  static class FieldAtTheClassFixture {
    @FreePort static HeldPort port;
    @Container static final HttpdContainer HTTPD = new HttpdContainer();

    static {
      ContainerPorts.publish(HTTPD, 80, port);
    }

    @Test
    void isNotReached() {}
  }

  @Testcontainers
  static class FieldAtTheInstanceFixture {
    @FreePort HeldPort port;
    @Container final HttpdContainer httpd = new HttpdContainer();

    {
      ContainerPorts.publish(httpd, 80, port);
    }

    @Test
    void isNotReached() {}
  }

  @Testcontainers
  static class TooLateFixture {
    @Container final HttpdContainer httpd = new HttpdContainer();

    @Test
    void publishes(@FreePort HeldPort port) {
      ContainerPorts.publish(httpd, 80, port);
    }
  }

  static class ParameterFixture {
    final HttpdContainer httpd = new HttpdContainer();

    @BeforeEach
    void start(@FreePort("web") HeldPort port) {
      ContainerPorts.publish(httpd, 80, port);
      httpd.start();
    }

    @AfterEach
    void stop() {
      httpd.stop();
    }

    @Test
    void hasItsPort(@FreePort("web") HeldPort port) throws Exception {
      assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
    }
  }

  private static void failsWith(Class<?> fixture, String text) {
    EngineTestKit.engine("junit-jupiter")
        .selectors(DiscoverySelectors.selectClass(fixture))
        .execute()
        .allEvents()
        .failed()
        .assertEventsMatchExactly(
            finishedWithFailure(new Condition<>(failure -> says(failure, text), "says %s", text)));
  }

  private static boolean says(Throwable failure, String text) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
        .anyMatch(cause -> String.valueOf(cause.getMessage()).contains(text));
  }

  private static Events run(Class<?> fixture) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(DiscoverySelectors.selectClass(fixture))
        .execute()
        .testEvents();
  }
}
