package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Every place with every type and every scope: a test class each. */
class PlacesTypesScopesTest {

  /** PORT stands for the annotated declaration of a port. */
  private static final Map<String, String> PLACES =
      new LinkedHashMap<>(
          Map.of(
              "StaticField", "static PORT; @Test void test() { Seen.given(port); }",
              "PrivateStaticField", "private static PORT; @Test void test() { Seen.given(port); }",
              "InstanceField", "PORT; @Test void test() { Seen.given(port); }",
              "PrivateField", "private PORT; @Test void test() { Seen.given(port); }",
              "Constructor", "CLASS(PORT) { Seen.given(port); } @Test void test() {}",
              "BeforeAll",
                  "@BeforeAll static void before(PORT) { Seen.given(port); } @Test void test() {}",
              "BeforeEach",
                  "@BeforeEach void before(PORT) { Seen.given(port); } @Test void test() {}",
              "TestMethod", "@Test void test(PORT) { Seen.given(port); }",
              "AfterEach", "@Test void test() {} @AfterEach void after(PORT) { Seen.given(port); }",
              "AfterAll",
                  "@Test void test() {} @AfterAll static void after(PORT) { Seen.given(port); }"));

  private static final List<String> TYPES =
      List.of(
          "int",
          "Integer",
          "HeldPort",
          "InetSocketAddress",
          "URI",
          "int[]",
          "List<Integer>",
          "List<HeldPort>",
          "PortBlock");

  @TempDir private Path directory;

  @TestFactory
  Stream<DynamicTest> everyPlaceTypeAndScope() {
    Map<String, String> sources = new LinkedHashMap<>();
    PLACES.forEach(
        (place, body) -> {
          for (int type = 0; type < TYPES.size(); type++) {
            for (PortScope scope : PortScope.values()) {
              String name = place + "_" + type + "_" + scope;
              sources.put(name, source(name, body, TYPES.get(type), scope));
            }
          }
        });
    CompiledFixtures fixtures = CompiledFixtures.compile(sources, directory);
    assertThat(sources).hasSize(10 * 9 * 3);
    return sources.keySet().stream()
        .map(name -> dynamicTest(name, () -> passesAndReleases(fixtures.load(name), name)));
  }

  private static void passesAndReleases(Class<?> fixture, String name) {
    Seen.clear();
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .allEvents()
        .assertStatistics(events -> events.failed(0).aborted(0))
        .executions()
        .succeeded()
        .assertThatExecutions()
        .hasSize(3); // engine, class, test
    assertThat(Seen.numbers()).as(name).hasSize(Seen.times()).isNotEmpty();
    if (!name.endsWith("SESSION")) { // that is the session of this very test
      Seen.requireReleased();
    }
  }

  private static String source(String name, String body, String type, PortScope scope) {
    boolean several = type.matches("int\\[]|List.*|PortBlock");
    // Those of the session stay, so each has a name of its own.
    String portName = scope == PortScope.SESSION ? name : "db";
    String port =
        "@FreePort(value = \"%s\", scope = PortScope.%s%s) %s port"
            .formatted(portName, scope, several ? ", count = 3" : "", type);
    return """
        import io.freeport.*;
        import io.freeport.junit5.*;
        import java.net.*;
        import java.util.List;
        import org.junit.jupiter.api.*;
        public class %s {
          %s
        }
        """
        .formatted(name, body.replace("CLASS", name).replace("PORT", port));
  }
}
