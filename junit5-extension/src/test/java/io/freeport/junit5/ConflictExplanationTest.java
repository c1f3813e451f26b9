package io.freeport.junit5;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.Protocol;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

class ConflictExplanationTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        InTest.class,
        InBeforeEach.class,
        InAfterEach.class,
        InBeforeAll.class,
        InConstructor.class,
        InDynamicTest.class
      })
  void saysWhoHasThePortAndWhoseItIs(Class<?> fixture) {
    Throwable failure = failureOf(fixture);
    assertThat(failure).isInstanceOf(BindException.class);
    assertThat(explanations(failure))
        .singleElement()
        .asString()
        .matches(
            "(?s)io\\.freeport\\.junit5\\.ConflictExplanation\\$Explanation: This is a port conflict\\.\\R"
                + "Port \\d+, \"db\", from @FreePort (parameter \\[.*\\] of|field) \\[.*"
                + fixture.getSimpleName()
                + ".*\\]: Port \\d+ is taken by .*");
  }

  /** The server does not set SO_REUSEADDR, so the test's own hold is in its way. */
  @ParameterizedTest
  @ValueSource(classes = {WithoutReuse.class, ReusePortAlone.class})
  void saysWhatToDoIfOnlyTheOwnHoldIsThere(Class<?> fixture) {
    assertSaysThatTheServerMayNotShare(fixture);
  }

  private static void assertSaysThatTheServerMayNotShare(Class<?> fixture) {
    assertThat(saidOfItsPort(fixture))
        .contains(
            "is taken by the FreePort hold of " + fixture.getSimpleName() + ".test", ", this JVM, ")
        .endsWith(
            " This is the test's own hold."
                + " A server that does not set SO_REUSEADDR cannot listen beside this hold: start it by HeldPort.start(...), or ask for"
                + " handoff = HandoffMode.CLOSE_THEN_BIND."
                + " If the server does set it, another server had the port for a moment.");
  }

  static class WithoutReuse {
    @Test
    void test(@FreePort int port) throws IOException {
      try (ServerSocket server = new ServerSocket()) {
        server.setReuseAddress(false);
        server.bind(new InetSocketAddress(port));
      }
    }
  }

  static class ReusePortAlone {
    @Test
    void test(@FreePort int port) throws IOException {
      try (ServerSocket server = new ServerSocket()) {
        server.setReuseAddress(false);
        server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        server.bind(new InetSocketAddress(port));
      }
    }
  }

  /** Its log is all that a test learns of the conflict. */
  @Test
  void alsoOfAProcess() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "no Python");
    assertSaysThatTheServerMayNotShare(PythonServer.class);
  }

  static class PythonServer {
    @Test
    void test(@FreePort int port) throws IOException {
      Process server =
          new ProcessBuilder(
                  "/usr/bin/python3",
                  "-c",
                  "import socketserver, sys; socketserver.TCPServer(('127.0.0.1', int(sys.argv[1])), None)",
                  String.valueOf(port))
              .redirectErrorStream(true)
              .start();
      assertThat(new String(server.getInputStream().readAllBytes(), UTF_8)).isEmpty();
    }
  }

  /** The first server sets SO_REUSEADDR. It is closed before the explanation is written. */
  @Test
  void saysThatTheOtherServerMayHaveGone() {
    assertSaysThatTheServerMayNotShare(StolenByAnother.class);
  }

  static class StolenByAnother {
    @Test
    void test(@FreePort int port) throws IOException {
      listenTwice(port);
    }
  }

  @Test
  void namesTheOtherServerIfItIsThere() throws IOException {
    try (ServerSocket other = new ServerSocket()) {
      StolenAndKept.other = other;
      assertThat(saidOfItsPort(StolenAndKept.class))
          .matches("(?s).* and by java \\(pid \\d+, this JVM, [^;]*, listening on \\[::]:\\d+\\.");
    }
  }

  static class StolenAndKept {
    static @Nullable ServerSocket other;

    @Test
    void test(@FreePort int port) throws IOException {
      Objects.requireNonNull(other).bind(new InetSocketAddress(port));
      new ServerSocket(port).close();
    }
  }

  /** The record says that the port is offered, but no hold is there. */
  @Test
  void blamesNoHoldThatWasClosed() {
    assertThat(saidOfItsPort(WithoutHold.class))
        .endsWith(
            ": Nobody is seen to have it now, and its hold was closed by offer(). Another socket had the port when the server started.");
  }

  static class WithoutHold {
    @Test
    void test(@FreePort(handoff = HandoffMode.CLOSE_THEN_BIND) int port) throws IOException {
      listenTwice(port);
    }
  }

  @Test
  void saysThatAPortWasNotOffered() {
    assertThat(saidOfItsPort(NotOffered.class))
        .contains("is taken by the FreePort hold of NotOffered.test")
        .endsWith(
            " This is the test's own hold."
                + " It is held and was not offered. Call offer() before its server starts, or use start(...) or serverSocket().");
  }

  static class NotOffered {
    @Test
    void test(@FreePort HeldPort port) throws IOException {
      new ServerSocket(port.number()).close();
    }
  }

  /** Testcontainers' own extension starts containers before all tests, outside any method. */
  @Test
  void alsoIfAnotherExtensionFails() {
    Throwable failure = failureOf(InExtension.class);
    assertThat(failure).hasMessage("Container startup failed");
    assertThat(explanations(failure))
        .singleElement()
        .asString()
        .contains("Port 5432, not from a @FreePort of this test: Port 5432 ");
  }

  /** Nobody has it for TCP, and its consumer has it instead of FreePort. */
  @Test
  void alsoOfUdp() throws IOException {
    try (DatagramSocket consumer = new DatagramSocket(null)) {
      Udp.consumer = consumer;
      assertThat(explanations(failureOf(Udp.class)))
          .singleElement()
          .asString()
          .matches(
              "(?s).*Port (\\d+), \"dns\", from @FreePort .*: Port \\1 is taken by java .*, this JVM, .*, bound to UDP .*");
    }
  }

  @Test
  void leavesOtherFailuresAsTheyAre() {
    assertThat(failureOf(Otherwise.class).getSuppressed()).isEmpty();
  }

  private static Throwable failureOf(Class<?> fixture) {
    List<Throwable> failures =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(fixture))
            .execute()
            .allEvents()
            .failed()
            .map(event -> event.getRequiredPayload(TestExecutionResult.class))
            .map(result -> result.getThrowable().orElseThrow())
            .toList();
    assertThat(failures).hasSize(1);
    return failures.get(0);
  }

  /** The lines after it are about ports of the session, which other tests have. */
  private static String saidOfItsPort(Class<?> fixture) {
    List<Throwable> explanations = explanations(failureOf(fixture));
    assertThat(explanations).hasSize(1);
    return explanations.get(0).toString().lines().toList().get(1);
  }

  private static List<Throwable> explanations(Throwable failure) {
    return Arrays.stream(failure.getSuppressed())
        .filter(ConflictExplanation.Explanation.class::isInstance)
        .toList();
  }

  /** The second one fails. */
  private static void listenTwice(int port) throws IOException {
    try (ServerSocket first = new ServerSocket(port);
        ServerSocket second = new ServerSocket(port)) {
      throw new AssertionError(first + " and " + second);
    }
  }

  static class InTest {
    @Test
    void test(@FreePort("db") int port) throws IOException {
      listenTwice(port);
    }
  }

  static class InBeforeEach {
    @BeforeEach
    void setUp(@FreePort("db") int port) throws IOException {
      listenTwice(port);
    }

    @Test
    void test() {}
  }

  static class InAfterEach {
    @FreePort("db")
    private int port;

    @AfterEach
    void tearDown() throws IOException {
      listenTwice(port);
    }

    @Test
    void test() {}
  }

  static class InBeforeAll {
    @BeforeAll
    static void setUp(@FreePort("db") int port) throws IOException {
      listenTwice(port);
    }

    @Test
    void test() {}
  }

  static class InConstructor {
    InConstructor(@FreePort("db") int port) throws IOException {
      listenTwice(port);
    }

    @Test
    void test() {}
  }

  static class InDynamicTest {
    @TestFactory
    DynamicTest tests(@FreePort("db") int port) {
      return dynamicTest("fails", () -> listenTwice(port));
    }
  }

  static final class FailsLikeAnEngine implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
      throw new IllegalStateException(
          "Container startup failed",
          new IllegalStateException(
              "Status 500: driver failed programming external connectivity: Bind for 127.0.0.1:5432 failed: port is already allocated"));
    }
  }

  @ExtendWith(FailsLikeAnEngine.class)
  static class InExtension {
    @FreePort("db")
    static @Nullable HeldPort port;

    @Test
    void test() {}
  }

  static class Udp {
    static @Nullable DatagramSocket consumer;

    @Test
    void test(@FreePort(value = "dns", protocol = Protocol.UDP) HeldPort port) throws IOException {
      port.offer();
      Objects.requireNonNull(consumer).bind(new InetSocketAddress(port.number()));
      assertThat(port.confirm()).isTrue();
      new DatagramSocket(port.number()).close();
    }
  }

  static class Otherwise {
    @Test
    void test(@FreePort("db") int port) {
      throw new IllegalStateException("on purpose " + port);
    }
  }
}
