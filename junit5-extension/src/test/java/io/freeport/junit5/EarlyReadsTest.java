package io.freeport.junit5;

import static java.util.regex.Pattern.quote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Addresses that are made of a field before its port is injected. */
class EarlyReadsTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "static int, static final String, \"http://localhost:\" + port",
        "static int, static final String, \"jdbc:postgresql://localhost:\" + port + \"/shop\"",
        "static int, static URI, URI.create(\"http://[::1]:\" + port + \"/?a=b\")",
        "static Integer, static String, \"redis://localhost:\" + port",
        "int, private final String, \"http://localhost:\" + port + \"#top\"",
        "int, final URI, URI.create(\"ws://localhost:\" + port)"
      })
  void anAddressThatWasMadeTooEarly(String port, String address, String initializer) {
    Class<?> fixture =
        fixture("@FreePort %s port; %s url = %s;".formatted(port, address, initializer));
    run(fixture)
        .assertThatEvents()
        .haveExactly(
            1,
            finishedWithFailure(
                instanceOf(ExtensionConfigurationException.class),
                message(
                    text ->
                        text.matches(
                            "@FreePort field \\[.* Early\\.port\\]"
                                + quote(
                                    " gets its port after initializers and constructors ran, but field [")
                                + ".* Early\\.url\\] is \"\\S+:(0|null)\\S*\""
                                + quote(
                                    " already. Make that in @BeforeAll or @BeforeEach, or take the port as a parameter of the constructor, or use FreePortExtension.number(...)."
                                        + " If it is meant so, move it to another class.")))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@FreePort static int port; static String url; @BeforeAll static void make() { url = \"http://localhost:\" + port; }",
        "@FreePort int port; String url; @BeforeEach void make() { url = \"http://localhost:\" + port; }",
        "@FreePort int port; final String log = \"10:0 at http://localhost:0 and elsewhere\", page = \"http://localhost:01/\", path = \"http://localhost/a:0\";",
        "@FreePort HeldPort port; final String url = \"http://localhost:0\";",
        "final String url = \"http://localhost:0\"; @Test void port(@FreePort int port) {}"
      })
  void others(String body) {
    run(fixture(body)).assertStatistics(events -> events.failed(0));
  }

  private Class<?> fixture(String body) {
    return CompiledFixtures.compile(
            Map.of(
                "Early",
                """
                import io.freeport.*;
                import io.freeport.junit5.*;
                import java.net.URI;
                import org.junit.jupiter.api.*;
                public class Early { %s @Test void test() {} }
                """
                    .formatted(body)),
            directory)
        .load("Early");
  }

  /** As the guide says. */
  @Test
  void anExtensionInALaterFieldHasThePort() {
    run(Ordered.class).assertStatistics(events -> events.failed(0));
  }

  static class Ordered {
    @Order(1)
    @FreePort
    static int port;

    @Order(2)
    @RegisterExtension
    static final BeforeAllCallback SERVER =
        context -> {
          try (ServerSocket server = new ServerSocket(port)) {
            assertThat(server.getLocalPort()).isEqualTo(port).isPositive();
          }
        };

    @Test
    void test() {
      assertThat(port).isPositive();
    }
  }

  private static Events run(Class<?> fixture) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .allEvents();
  }
}
