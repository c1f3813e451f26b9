package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freeport.HeldPort;
import io.freeport.PortRequest;
import io.freeport.testing.ChildJvm;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.console.ConsoleLauncher;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

class ReportEntriesTest {

  @Test
  void eachPortIsReportedOnceUnderItsNameOrThatOfItsPlace() {
    List<Map<String, String>> entries =
        events(Fixture.class).stream()
            .filter(event -> event.getType() == EventType.REPORTING_ENTRY_PUBLISHED)
            .map(event -> event.getRequiredPayload(ReportEntry.class).getKeyValuePairs())
            .toList();
    assertThat(entries)
        .containsExactlyInAnyOrder(
            Map.of("db", Fixture.NUMBERS.getOrDefault("db", "")),
            Map.of("unnamed", Fixture.NUMBERS.getOrDefault("unnamed", "")),
            Map.of("ftp", Fixture.NUMBERS.getOrDefault("ftp", "")));
  }

  /** JUnit creates an instance before it reports the test as started; its console fails then. */
  @Test
  void entriesOfATestComeWhileJUnitReportsItAsRunning() {
    assertThat(entriesWhileRunning(Everywhere.class))
        .containsExactlyInAnyOrder(
            "Everywhere: ofClass",
            "Everywhere: beforeAll",
            // each test has an instance
            "test(int): ofConstructor",
            "test(int): named",
            "test(int): ofInstance",
            "test(int): defined",
            "test(int): beforeEach",
            "test(int): ofTest",
            "repetition 1 of 1: ofConstructor",
            "repetition 1 of 1: named",
            "repetition 1 of 1: ofInstance",
            "repetition 1 of 1: defined",
            "repetition 1 of 1: beforeEach",
            "invocation 1: ofConstructor",
            "invocation 1: named",
            "invocation 1: ofInstance",
            "invocation 1: defined",
            "invocation 1: beforeEach",
            "factory(): ofConstructor",
            "factory(): named",
            "factory(): ofInstance",
            "factory(): defined",
            "factory(): beforeEach",
            "nested(): ofConstructor",
            "nested(): named",
            "nested(): ofInstance",
            "nested(): defined",
            "nested(): ofNested",
            "nested(): beforeEach");
  }

  @Test
  void entriesOfAnInstanceForAllTestsAreThoseOfTheClass() {
    assertThat(entriesWhileRunning(PerClass.class))
        .containsExactlyInAnyOrder(
            "PerClass: ofConstructor", "PerClass: ofInstance", "test(int): ofTest");
  }

  @Test
  void entriesComeAlthoughTheExtensionOfSomebodyElseFails() {
    assertThat(entriesWhileRunning(FailsBefore.class)).containsExactly("test(): ofInstance");
  }

  /** In a JVM of its own, as users start it; its output is the tree of tests. */
  @Test
  void theConsoleShowsThemAtTheirTests() throws Exception {
    try (ChildJvm console =
        ChildJvm.start(
            ConsoleLauncher.class,
            "execute",
            "--select-class=" + PrintsNumber.class.getName(),
            "--details=tree",
            "--details-theme=ascii",
            "--disable-banner",
            "--disable-ansi-colors")) {
      List<String> output = console.readToEnd();
      assertThat(console.waitFor()).isZero();
      assertThat(output)
          .anySatisfy(line -> assertThat(line).matches(".*ofInstance.*= [`']\\d+[`'].*"))
          .anySatisfy(line -> assertThat(line).contains("1 tests successful"));
    }
  }

  private static List<Event> events(Class<?> fixture) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .allEvents()
        .list();
  }

  /** Returns "test: key" of each entry; fails if its test is not running. */
  private static List<String> entriesWhileRunning(Class<?> fixture) {
    Set<TestDescriptor> running = new HashSet<>();
    List<String> entries = new ArrayList<>();
    for (Event event : events(fixture)) {
      TestDescriptor test = event.getTestDescriptor();
      if (event.getType() == EventType.STARTED) {
        running.add(test);
      } else if (event.getType() == EventType.FINISHED) {
        running.remove(test);
      } else if (event.getType() == EventType.REPORTING_ENTRY_PUBLISHED) {
        Map<String, String> pairs = event.getRequiredPayload(ReportEntry.class).getKeyValuePairs();
        assertThat(running).as("running when %s was published", pairs).contains(test);
        pairs.keySet().forEach(key -> entries.add(nameOf(test) + ": " + key));
      }
    }
    return entries;
  }

  private static String nameOf(TestDescriptor test) {
    return test.getDisplayName().replace("ReportEntriesTest$", "");
  }

  static class Fixture {
    static final Map<String, String> NUMBERS = new ConcurrentHashMap<>();

    @FreePort("db")
    private int db;

    @Test
    void test(
        @FreePort("db") int again,
        @FreePort int unnamed,
        @FreePort(value = "ftp", count = 2, contiguous = true) int[] ftp) {
      assertThat(again).isEqualTo(db);
      NUMBERS.put("db", String.valueOf(db));
      NUMBERS.put("unnamed", String.valueOf(unnamed));
      NUMBERS.put("ftp", ftp[0] + "," + ftp[1]);
    }
  }

  static class Everywhere {
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder().port(PortRequest.named("defined").build()).build();

    @FreePort static int ofClass;

    @FreePort("named")
    int named;

    @FreePort HeldPort ofInstance;

    @FreePort("defined")
    int defined;

    Everywhere(@FreePort int ofConstructor, @FreePort("named") int again) {}

    @BeforeAll
    static void beforeAll(@FreePort int beforeAll) {}

    @BeforeEach
    void beforeEach(@FreePort int beforeEach) {}

    @Test
    void test(@FreePort int ofTest) {}

    @RepeatedTest(1)
    void repeated() {}

    @ParameterizedTest(name = "invocation {index}")
    @ValueSource(strings = "word")
    void parameterized(String word) {}

    @TestFactory
    Stream<DynamicTest> factory() {
      return Stream.of(DynamicTest.dynamicTest("dynamic", () -> {}));
    }

    @Nested
    class Within {
      @FreePort int ofNested;

      @Test
      void nested() {}
    }
  }

  @TestInstance(Lifecycle.PER_CLASS)
  static class PerClass {
    @FreePort int ofInstance;

    PerClass(@FreePort int ofConstructor) {}

    @Test
    void test(@FreePort int ofTest) {}
  }

  @ExtendWith(Fails.class)
  static class FailsBefore {
    @FreePort int ofInstance;

    @Test
    void test() {}
  }

  static class Fails implements BeforeEachCallback {
    @Override
    public void beforeEach(ExtensionContext context) {
      throw new IllegalStateException("on purpose");
    }
  }

  static class PrintsNumber {
    @FreePort int ofInstance;

    @Test
    void test() {
      assertThat(ofInstance).isPositive();
    }
  }
}
