package io.freeport.junit5;

import static java.util.regex.Pattern.quote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.diagnosis.PortDiagnosis;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

@ExtendWith(FixedNumbers.class)
class FreePortMisuseTest {

  @Test
  void aParameterOfAnotherType() {
    run(StringParameter.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(ParameterResolutionException.class),
                message(
                    "@FreePort parameter [java.lang.String port] of [void "
                        + StringParameter.class.getName()
                        + ".test(java.lang.String)] must be of type int, java.lang.Integer, io.freeport.HeldPort, java.net.InetSocketAddress, java.net.URI, int[],"
                        + " java.util.List<java.lang.Integer>, java.util.List<io.freeport.HeldPort> or io.freeport.PortBlock but was: java.lang.String."
                        + " For a type of your own, register a FreePortExtension with a converter.")));
  }

  @Test
  void aFieldOfAnotherType() {
    run(LongField.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(ExtensionConfigurationException.class),
                message(
                    "@FreePort field [long "
                        + LongField.class.getName()
                        + ".port] must be of type int, java.lang.Integer, io.freeport.HeldPort, java.net.InetSocketAddress, java.net.URI, int[],"
                        + " java.util.List<java.lang.Integer>, java.util.List<io.freeport.HeldPort> or io.freeport.PortBlock but was: long."
                        + " For a type of your own, register a FreePortExtension with a converter.")));
  }

  @Test
  void aFinalField() {
    run(FinalField.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(ExtensionConfigurationException.class),
                message(
                    "@FreePort field [final java.lang.Integer "
                        + FinalField.class.getName()
                        + ".port] must not be final: its port is injected after its initializer ran.")));
  }

  /** Only a field that says what the parameter says may be the one that it is put into. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "@FreePort(\"db\") final Integer port = 0;",
        "@FreePort(\"web\") final int port = 0;",
        "@FreePort final int port = 0;"
      })
  void aFinalFieldBesideAConstructorsParameter(String field, @TempDir Path directory) {
    assertFailsWith(
        ExtensionConfigurationException.class,
        field + " Misuse(@FreePort(\"db\") int port) {} @Test void test() {}",
        "@FreePort field \\[final .* Misuse\\.port\\] must not be final: its port is injected after its initializer ran\\.",
        directory);
  }

  /** What stands before the message, and what the declaration is. */
  static Stream<Arguments> misuses() {
    return Stream.of(
        arguments(
            "@FreePort(preferred = 70000) int port",
            "cannot be satisfied. Not a preferred port: 70000. Expected a number from 1 to 65535."),
        arguments(
            "@FreePort(fallback = 0) int port",
            "cannot be satisfied. Not a fallback port: 0. Expected a number from 1 to 65535."),
        arguments(
            "@FreePort(range = \"8000\u20138099\") int port",
            "cannot be satisfied. Not a range of ports: \"8000\u20138099\". Expected two numbers such as 8000-8099, or one number."),
        arguments(
            "@FreePort(range = \"8099-8000\") int port",
            "cannot be satisfied. Not a range of ports: 8099-8000. Expected 1 <= first <= last <= 65535."),
        arguments(
            "@FreePort(exclude = \"web\") int port",
            "cannot be satisfied. Not a range of ports: \"web\". Expected two numbers such as 8000-8099, or one number."),
        arguments(
            "@FreePort(near = -2) int port",
            "cannot be satisfied. The distance from preferred ports must be from 0 to 65535, but was -2."),
        arguments(
            "@FreePort(count = 0) int[] port",
            "cannot be satisfied. Cannot hold 0 ports: the count must be from 1 to 65535."),
        arguments(
            "@FreePort(alignedTo = 0) int port",
            "cannot be satisfied. Ports can be aligned to 1 up to 65535, but not to 0."),
        arguments(
            "@FreePort(address = \"localhost\") int port",
            "cannot be satisfied. Not a numeric address: \"localhost\". Expected one such as 127.0.0.1 or ::1."),
        arguments("@FreePort(\" \") int port", "has a blank name. Leave it out, or use a word."),
        arguments(
            "@FreePort(strict = true) int port",
            "cannot be satisfied. The request for a TCP port (Misuse.test()) is strict and prefers no port. Name one: preferred(...)."),
        arguments(
            "@FreePort(keep = true, protocol = Protocol.UDP) int port",
            "cannot be satisfied. The request for a UDP port (Misuse.test()) cannot be kept: a hold stays beside its consumer for TCP only. Leave out keep()."),
        arguments(
            "@FreePort(count = 9, contiguous = true, range = \"30000-30007\") PortBlock port",
            "cannot be satisfied. A block of 9 ports does not fit into any of the ranges [30000-30007]. Widen one."),
        arguments(
            "@FreePort(count = 2) int port",
            "asks for 2 ports, but its type is for one. Use int[], List<Integer>, List<HeldPort> or PortBlock."),
        arguments(
            "@FreePort(scheme = \"https\") int port",
            "has a scheme, which only a java.net.URI shows, but its type is int. Leave out the scheme, or use a URI."),
        arguments(
            "@FreePort(keep = true, handoff = HandoffMode.CLOSE_THEN_BIND) int port",
            "cannot be satisfied. keep = true means a hold beside the server, and handoff = CLOSE_THEN_BIND means none. Leave out one of the two."),
        arguments(
            "@FreePort(preferred = {18888, 18889}, exclude = \"18889-18899\") int port",
            "cannot be satisfied. preferred names 18889, and exclude excludes it. Leave it out in one of the two."),
        arguments(
            "@FreePort(fallback = 18889, alignedTo = 2) int port",
            "cannot be satisfied. fallback names 18889, and alignedTo = 2 allows multiples of 2 only. Name a multiple, or leave out alignedTo."),
        arguments(
            "@FreePort(contiguous = true) int port",
            "cannot be satisfied. contiguous = true is for several ports, and count is 1. Ask for more, or leave out contiguous."),
        arguments(
            "@FreePort(preferred = 18888, fallback = 18889, strict = true) int port",
            "cannot be satisfied. strict = true means a preferred port or none, so fallback is never used. Leave out one of the two."),
        arguments(
            "@FreePort(near = 3) int port",
            "cannot be satisfied. near is the distance from preferred ports, and preferred names none. Name one, or leave out near."),
        arguments(
            "@FreePort(scheme = \"ht tp\") URI port",
            "has an invalid scheme: \"ht tp\". Expected a word such as http."),
        arguments(
            "@FreePort List<String> port",
            "must be of type int, java.lang.Integer, io.freeport.HeldPort, java.net.InetSocketAddress, java.net.URI, int[],"
                + " java.util.List<java.lang.Integer>, java.util.List<io.freeport.HeldPort> or io.freeport.PortBlock but was:"
                + " java.util.List<java.lang.String>. For a type of your own, register a FreePortExtension with a converter."));
  }

  @ParameterizedTest
  @MethodSource("misuses")
  void atAParameter(String declaration, String message, @TempDir Path directory) {
    assertFailsWith(
        ParameterResolutionException.class,
        "@Test void test(" + declaration + ") {}",
        "@FreePort parameter \\[.* port\\] of \\[void Misuse\\.test\\(.*\\)\\] " + quote(message),
        directory);
  }

  @ParameterizedTest
  @MethodSource("misuses")
  void atAField(String declaration, String message, @TempDir Path directory) {
    assertFailsWith(
        ExtensionConfigurationException.class,
        declaration + "; @Test void test() {}",
        "@FreePort field \\[.* Misuse\\.port\\] " + quote(message),
        directory);
  }

  @Test
  void oneNameForTwoDifferentRequests(@TempDir Path directory) {
    assertFailsWith(
        ParameterResolutionException.class,
        """
        @FreePort(value = "web", preferred = 28080) int field;
        @Test void test(@FreePort(value = "web", preferred = 28081) int port) {}
        """,
        quote(
            "@FreePort parameter [int port] of [void Misuse.test(int)] asks for \"web\" in another way than field [int Misuse.field], which was there first. Say it only there, or say the same."),
        directory);
  }

  @Test
  void severalPortsWhereOneIsExpected(@TempDir Path directory) {
    assertFailsWith(
        ParameterResolutionException.class,
        """
        @FreePort(value = "ftp", count = 2) int[] field;
        @Test void test(@FreePort("ftp") int port) {}
        """,
        quote(
            "@FreePort parameter [int port] of [void Misuse.test(int)] is for one port, but there are 2. Take them as int[], List<Integer>, List<HeldPort> or PortBlock."),
        directory);
  }

  @Test
  void portsThatAreNoBlock(@TempDir Path directory) {
    assertFailsWith(
        ParameterResolutionException.class,
        """
        @FreePort(value = "ftp", preferred = {7491, 7493}, count = 2, strict = true) int[] field;
        @Test void test(@FreePort("ftp") PortBlock port) {}
        """,
        quote(
            "@FreePort parameter [io.freeport.PortBlock port] of [void Misuse.test(io.freeport.PortBlock)] gets ports that were asked for elsewhere, under the same name. Not a block: [7491, 7493]. Ask for ports that are contiguous."),
        directory);
  }

  @Test
  void aConverterThatMakesSomethingElse() {
    run(WrongConverter.class)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(ExtensionConfigurationException.class),
                message(
                    "Cannot set @FreePort field [java.net.URI "
                        + WrongConverter.class.getName()
                        + ".port]: Can not set java.net.URI field "
                        + WrongConverter.class.getName()
                        + ".port to java.lang.String")));
  }

  static class WrongConverter {
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder().converter(uri(), port -> "http://localhost").build();

    @FreePort URI port;

    @SuppressWarnings("unchecked") // on purpose
    private static Class<Object> uri() {
      return (Class<Object>) (Class<?>) URI.class;
    }

    @Test
    void test() {}
  }

  @Test
  void aPortThatCannotBeHad(@TempDir Path directory) throws IOException {
    try (ServerSocket somebody = new ServerSocket(0)) {
      int port = somebody.getLocalPort();
      assertFailsWith(
          ParameterResolutionException.class,
          "@Test void test(@FreePort(preferred = " + port + ", strict = true) int port) {}",
          quote(
              """
              Failed to resolve parameter [int port] in method [void Misuse.test(int)]: No TCP port (Misuse.test()) can be had. Tried: %1$d (preferred).
                %2$s
              What to do:
                - Stop what has %1$d.
                - Allow other ports: fallback(...), range(...) or upTo(PortTier.ANY)."""
                  .formatted(port, PortDiagnosis.of(port).describe())),
          directory);
    }
  }

  private static void assertFailsWith(
      Class<? extends Throwable> type, String body, String message, Path directory) {
    Class<?> fixture =
        CompiledFixtures.compile(
                Map.of(
                    "Misuse",
                    """
                    import io.freeport.*;
                    import io.freeport.junit5.*;
                    import java.net.URI;
                    import java.util.List;
                    import org.junit.jupiter.api.*;
                    public class Misuse { %s }
                    """
                        .formatted(body)),
                directory)
            .load("Misuse");
    run(fixture)
        .assertThatEvents()
        .haveExactly(
            1, finishedWithFailure(instanceOf(type), message(text -> matches(text, message))));
  }

  private static boolean matches(String text, String message) {
    assertThat(text).matches(message);
    return true;
  }

  @Test
  void aPortThatIsUsedAfterItsScope() {
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(UsesPortOfFormerTest.class))
        .execute()
        .testEvents()
        .failed()
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(IllegalStateException.class),
                message(
                    text ->
                        text.matches(
                            "Port \\d+ \"db\" \\(RELEASED\\) cannot be offered any more. It was released with its scope, or by"
                                + " close\\(\\); use it before that, or hold another one."))));
    assertThat(UsesPortOfFormerTest.PORTS)
        .extracting(HeldPort::state)
        .containsOnly(PortState.RELEASED);
  }

  @Test
  void aFailingTestReleasesItsPorts() {
    run(FailingTest.class).assertStatistics(events -> events.failed(1));
    assertThat(FailingTest.PORTS)
        .hasSize(2)
        .extracting(HeldPort::state)
        .containsOnly(PortState.RELEASED);
  }

  private static Events run(Class<?> fixture) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .allEvents();
  }

  static class StringParameter {
    @Test
    void test(@FreePort String port) {}
  }

  static class LongField {
    @FreePort long port;

    @Test
    void test() {}
  }

  static class FinalField {
    @FreePort final Integer port = 0;

    @Test
    void test() {}
  }

  static class UsesPortOfFormerTest {
    static final List<HeldPort> PORTS = new ArrayList<>();

    @Test
    void one(@FreePort("db") HeldPort port) {
      use(port);
    }

    @Test
    void two(@FreePort("db") HeldPort port) {
      use(port);
    }

    private static void use(HeldPort port) {
      PORTS.add(port);
      PORTS.get(0).offer();
    }
  }

  static class FailingTest {
    static final List<HeldPort> PORTS = new ArrayList<>();

    @BeforeEach
    void setUp(@FreePort HeldPort port) {
      PORTS.add(port);
    }

    @Test
    void test(@FreePort HeldPort port) {
      PORTS.add(port);
      throw new IllegalStateException("on purpose");
    }
  }
}
