package io.freeport.junit5.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freeport.HeldPort;
import io.freeport.junit5.FreePort;
import io.freeport.testing.Warnings;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.EngineDiscoveryRequest;
import org.junit.platform.engine.ExecutionRequest;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestEngine;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.support.descriptor.AbstractTestDescriptor;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.EngineDescriptor;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** As JUnit 4's tests are run: by an engine that knows no extensions. */
class OtherEnginesTest {

  private static final String WHY =
      ", and only JUnit Jupiter knows @FreePort. Make it a Jupiter test, or hold the port by program: PortAllocator.create().hold().";

  @Test
  void eachPlaceThatGetsNoPortIsNamedOnce() {
    String engine = " gets no port: the test engine old runs " + Old.class.getName() + WHY;
    assertThat(warningsAbout(Old.class))
        .containsExactlyInAnyOrder(
            "@FreePort field [static int " + Base.class.getName() + ".inherited]" + engine,
            "@FreePort field [private io.freeport.HeldPort "
                + Old.class.getName()
                + ".port]"
                + engine,
            "@FreePort parameter ["
                + parameter(0)
                + "] of [void "
                + Old.class.getName()
                + ".test(int)]"
                + engine);
    assertThat(warningsAbout(Old.class)).isEmpty();
  }

  private static String parameter(int index) {
    try {
      return Old.class.getDeclaredMethod("test", int.class).getParameters()[index].toString();
    } catch (NoSuchMethodException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void testsWithoutPorts() {
    assertThat(warningsAbout(WithoutPorts.class)).isEmpty();
  }

  @Test
  void whatJupiterRunsWithinASuite() {
    assertThat(warnings(new OldEngine("suite", "junit-jupiter"), InASuite.class)).isEmpty();
  }

  private static List<String> warningsAbout(Class<?> type) {
    return warnings(new OldEngine("old", "old"), type);
  }

  private static List<String> warnings(TestEngine engine, Class<?> type) {
    LauncherConfig config =
        LauncherConfig.builder()
            .enableTestEngineAutoRegistration(false)
            .addTestEngines(engine)
            .build();
    try (Warnings warnings = Warnings.record();
        LauncherSession session = LauncherFactory.openSession(config)) {
      session
          .getLauncher()
          .execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(type)).build());
      return warnings.messages();
    }
  }

  @Retention(RetentionPolicy.RUNTIME)
  @FreePort("own")
  private @interface OwnPort {}

  abstract static class Base {
    @OwnPort static int inherited;
  }

  static class Old extends Base {
    @FreePort private @Nullable HeldPort port;

    void test(@FreePort int number) {
      assertThat(number).isZero();
      assertThat(port).isNull();
    }
  }

  static class WithoutPorts {
    int port;

    void test(int number) {
      assertThat(number).isEqualTo(port);
    }
  }

  static class InASuite {
    @FreePort static int port;
  }

  private record OldEngine(String getId, String inner) implements TestEngine {

    @Override
    public TestDescriptor discover(EngineDiscoveryRequest request, UniqueId id) {
      EngineDescriptor engine = new EngineDescriptor(id, getId);
      for (ClassSelector selector : request.getSelectorsByType(ClassSelector.class)) {
        Class<?> type = selector.getJavaClass();
        engine.addChild(
            new AbstractTestDescriptor(
                id.append("engine", inner).append("class", type.getName()),
                type.getSimpleName(),
                ClassSource.from(type)) {
              @Override
              public Type getType() {
                return Type.TEST;
              }
            });
      }
      return engine;
    }

    @Override
    public void execute(ExecutionRequest request) {}
  }
}
