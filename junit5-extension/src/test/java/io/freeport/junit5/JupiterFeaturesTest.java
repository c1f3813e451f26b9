package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freeport.HeldPort;
import io.freeport.PortState;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.testkit.engine.EngineTestKit;

/** {@code @FreePort} beside whatever else Jupiter has. */
class JupiterFeaturesTest {

  @Nested
  class InParameterizedTests {
    @ParameterizedTest
    @CsvSource({"a, 1", "b, 2"})
    void behindTheArguments(String text, int number, @FreePort("db") int port) {
      assertThat(port).isGreaterThan(1023);
      assertThat(text).hasSize(1);
      assertThat(number).isBetween(1, 2);
    }
  }

  @Nested
  class InTestFactories {
    @TestFactory
    Stream<DynamicTest> theFactorysPortOutlivesIt(@FreePort("db") HeldPort port) {
      return Stream.of("one", "two")
          .map(name -> dynamicTest(name, () -> assertThat(port.state()).isEqualTo(PortState.HELD)));
    }
  }

  @Nested
  class InTestTemplates {
    private static final Set<Integer> NUMBERS = ConcurrentHashMap.newKeySet();

    @FreePort("db")
    private int field;

    @TestTemplate
    @ExtendWith(Twice.class)
    void eachInvocationHasItsOwn(@FreePort("db") int port) {
      assertThat(port).isEqualTo(field);
      NUMBERS.add(port);
    }
  }

  static final class Twice implements TestTemplateInvocationContextProvider {
    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
      return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(
        ExtensionContext context) {
      return Stream.of(
          new TestTemplateInvocationContext() {}, new TestTemplateInvocationContext() {});
    }
  }

  @FreePort(value = "database", preferred = 15432, near = 50)
  @Target({ElementType.PARAMETER, ElementType.FIELD})
  @Retention(RetentionPolicy.RUNTIME)
  @interface DatabasePort {}

  @Nested
  class ComposedAnnotations {
    @DatabasePort private int field;

    @Test
    void standForFreePort(@DatabasePort HeldPort port) {
      assertThat(port.name()).isEqualTo("database");
      assertThat(port.number()).isEqualTo(field).isBetween(15382, 15482);
    }
  }

  abstract static class Base {
    @FreePort("inherited")
    protected static @Nullable HeldPort ofClass;

    @FreePort("db")
    private int ofBase;

    protected int ofBeforeEach;

    @BeforeAll
    static void beforeAll(@FreePort("ofBeforeAll") int port) {
      assertThat(port).isGreaterThan(1023);
    }

    @BeforeEach
    void beforeEach(@FreePort("db") int port) {
      assertThat(port).isEqualTo(ofBase);
      ofBeforeEach = port;
    }
  }

  interface WithDefaultMethods {
    @BeforeEach
    default void prepare(@FreePort("db") int port) {
      assertThat(port).isGreaterThan(1023);
    }

    @Test
    default void inherited(@FreePort("db") int port) {
      assertThat(port).isGreaterThan(1023);
    }
  }

  @Nested
  class Inheritance extends Base implements WithDefaultMethods {
    @Test
    void fieldsAndMethodsOfSuperclassesAndInterfaces(@FreePort("db") int port) {
      assertThat(port).isEqualTo(ofBeforeEach);
      assertThat(ofClass).isNotNull().extracting(HeldPort::name).isEqualTo("inherited");
    }
  }

  @Nested
  class Records {
    @Test
    void areTestClassesToo() {
      EngineTestKit.engine("junit-jupiter")
          .selectors(selectClass(RecordTest.class))
          .execute()
          .testEvents()
          .assertStatistics(events -> events.succeeded(1).failed(0));
    }
  }

  record RecordTest(@FreePort("db") int port, @FreePort("db") HeldPort held) {
    @Test
    void test(@FreePort("db") int ofTest) {
      assertThat(List.of(port, held.number())).containsOnly(ofTest);
    }
  }

  /** As the Kotlin compiler makes it of a property in a constructor. */
  @Nested
  class FinalFieldsOfConstructorParameters {
    @FreePort("db")
    private final int port;

    FinalFieldsOfConstructorParameters(@FreePort("db") int port) {
      this.port = port;
    }

    @Test
    void keepWhatTheConstructorGot(@FreePort("db") int ofTest) {
      assertThat(port).isEqualTo(ofTest);
    }
  }

  @Nested
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  class OneInstance {
    private final int ofConstructor;
    private int ofBeforeAll;

    OneInstance(@FreePort("db") int port) {
      ofConstructor = port;
    }

    @BeforeAll
    void beforeAll(@FreePort("db") int port) {
      ofBeforeAll = port;
    }

    @RepeatedTest(2)
    void hasOnePort(@FreePort("db") int port) {
      assertThat(List.of(ofConstructor, ofBeforeAll)).containsOnly(port);
    }

    @Nested
    class Inner {
      @Test
      void seesIt(@FreePort("db") int port) {
        assertThat(port).isEqualTo(ofConstructor);
      }
    }
  }

  /** Since JUnit 5.13; this module is compiled with an older one. */
  @Test
  void parameterizedClasses(@TempDir Path directory) {
    assumeTrue(
        isThere("org.junit.jupiter.params.ParameterizedClass"),
        "this JUnit has no @ParameterizedClass");
    Class<?> fixture =
        CompiledFixtures.compile(
                Map.of(
                    "Parameterized",
                    """
                    import io.freeport.junit5.*;
                    import org.junit.jupiter.api.*;
                    import org.junit.jupiter.params.*;
                    import org.junit.jupiter.params.provider.*;
                    @ParameterizedClass
                    @ValueSource(strings = {"a", "b"})
                    public class Parameterized {
                      @FreePort("class") static int ofClass;
                      @FreePort("db") int field;
                      private final String argument;
                      Parameterized(String argument, @FreePort("db") int port) {
                        this.argument = argument;
                        Seen.given(port);
                      }
                      @RepeatedTest(2) void test(@FreePort("db") int port, @FreePort("class") int shared) {
                        Assertions.assertEquals(field, port);
                        Assertions.assertEquals(ofClass, shared);
                        Seen.given(port);
                      }
                    }
                    """),
                directory)
            .load("Parameterized");
    Seen.clear();
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .allEvents()
        .assertStatistics(events -> events.failed(0).aborted(0));
    assertThat(Seen.times()).isEqualTo(8); // two arguments, two tests, constructor and method
    Seen.requireReleased();
  }

  private static boolean isThere(String className) {
    try {
      Class.forName(className);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
