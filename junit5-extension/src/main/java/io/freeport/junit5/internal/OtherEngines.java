package io.freeport.junit5.internal;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedFields;
import static org.junit.platform.commons.support.AnnotationSupport.isAnnotated;

import io.freeport.junit5.FreePort;
import java.lang.System.Logger.Level;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.UniqueId.Segment;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Finds {@link FreePort} in tests of other engines than Jupiter, such as those of JUnit 4 and
 * Spock. Nothing injects ports there: an {@code int} stays 0, which means any port to a server.
 */
final class OtherEngines {

  private static final String JUPITER = "junit-jupiter";

  /** What this JVM has warned of. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private OtherEngines() {}

  /** Logs a warning about each field and parameter that no extension sees. */
  static void check(TestPlan plan) {
    for (TestIdentifier root : plan.getRoots()) {
      if (!JUPITER.equals(engineOf(root))) { // most plans have no other root
        Set<Class<?>> seen = ConcurrentHashMap.newKeySet();
        for (TestIdentifier test : plan.getDescendants(root)) {
          Class<?> type = classOf(test.getSource().orElse(null));
          String engine = engineOf(test);
          if (type != null && !JUPITER.equals(engine) && seen.add(type)) {
            warn(type, engine);
          }
        }
      }
    }
  }

  /** A suite has engines within its own. */
  private static String engineOf(TestIdentifier test) {
    String engine = "";
    for (Segment segment : UniqueId.parse(test.getUniqueId()).getSegments()) {
      if (segment.getType().equals("engine")) {
        engine = segment.getValue();
      }
    }
    return engine;
  }

  private static @Nullable Class<?> classOf(@Nullable TestSource source) {
    try {
      if (source instanceof ClassSource ofClass) {
        return ofClass.getJavaClass();
      }
      return source instanceof MethodSource ofMethod ? ofMethod.getJavaClass() : null;
    } catch (RuntimeException | LinkageError notLoaded) {
      return null;
    }
  }

  private static void warn(Class<?> type, String engine) {
    for (String place : places(type)) {
      if (SAID.add(place)) {
        Summary.logger()
            .log(
                Level.WARNING,
                "@FreePort {0} gets no port: the test engine {1} runs {2}, and only JUnit Jupiter knows @FreePort. Make it a Jupiter test, or hold the port by program: PortAllocator.create().hold().",
                place,
                engine,
                type.getName());
      }
    }
  }

  private static List<String> places(Class<?> type) {
    List<String> places = new ArrayList<>();
    try {
      for (Field field : findAnnotatedFields(type, FreePort.class)) {
        places.add("field [" + field + "]");
      }
      for (Constructor<?> constructor : type.getDeclaredConstructors()) {
        addParameters(constructor, places);
      }
      for (Method method :
          ReflectionSupport.findMethods(type, any -> true, HierarchyTraversalMode.TOP_DOWN)) {
        addParameters(method, places);
      }
    } catch (RuntimeException | LinkageError unreadable) { // the engine will say so
      return places;
    }
    return places;
  }

  private static void addParameters(Executable executable, List<String> places) {
    for (Parameter parameter : executable.getParameters()) {
      if (isAnnotated(parameter, FreePort.class)) {
        places.add("parameter [" + parameter + "] of [" + executable + "]");
      }
    }
  }
}
