package io.freeport.junit5;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedFields;
import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Has JUnit run the tests of one JVM that insist on the same number one after the other.
 *
 * <pre>{@code
 * @ResourceLock(providers = FixedPortLocks.class)
 * class LegacyClientTest {
 *
 *   @Test
 *   void connects(@FreePort(preferred = 8080, strict = true) int port) {}
 * }
 * }</pre>
 *
 * <p>Such tests wait for each other anyway. With this provider JUnit knows it beforehand, and gives
 * the waiting thread another test. Each number is a lock {@code io.freeport.port.NUMBER}: that of
 * the class for what its fields, constructors and lifecycle methods ask for, that of a method for
 * its parameters.
 *
 * @since 0.1.0
 */
public final class FixedPortLocks implements ResourceLocksProvider {

  /** Creates the provider, for JUnit. */
  public FixedPortLocks() {}

  @Override
  public Set<Lock> provideForClass(Class<?> testClass) {
    Stream<FreePort> ofFields =
        findAnnotatedFields(testClass, FreePort.class).stream()
            .flatMap(field -> findAnnotation(field, FreePort.class).stream());
    Stream<FreePort> ofConstructors =
        Arrays.stream(testClass.getDeclaredConstructors()).flatMap(FixedPortLocks::ofParameters);
    Stream<FreePort> ofLifecycleMethods =
        ReflectionSupport.findMethods(
                testClass, FixedPortLocks::isLifecycleMethod, HierarchyTraversalMode.TOP_DOWN)
            .stream()
            .flatMap(FixedPortLocks::ofParameters);
    return locks(
        Stream.of(ofFields, ofConstructors, ofLifecycleMethods)
            .flatMap(annotations -> annotations));
  }

  @Override
  public Set<Lock> provideForNestedClass(List<Class<?>> enclosing, Class<?> testClass) {
    return provideForClass(testClass);
  }

  @Override
  public Set<Lock> provideForMethod(
      List<Class<?>> enclosing, Class<?> testClass, Method testMethod) {
    return locks(ofParameters(testMethod));
  }

  private static boolean isLifecycleMethod(Method method) {
    return Stream.of(BeforeAll.class, BeforeEach.class, AfterEach.class, AfterAll.class)
        .anyMatch(annotation -> AnnotationSupport.isAnnotated(method, annotation));
  }

  private static Stream<FreePort> ofParameters(Executable executable) {
    return Arrays.stream(executable.getParameters())
        .map(parameter -> findAnnotation(parameter, FreePort.class))
        .flatMap(Optional::stream);
  }

  /** Who names the first port of a block wants the next ones too. */
  private static IntStream numbers(FreePort annotation) {
    return Arrays.stream(annotation.preferred())
        .flatMap(first -> IntStream.range(first, first + annotation.count()));
  }

  private static Set<Lock> locks(Stream<FreePort> annotations) {
    return annotations
        .filter(FreePort::strict)
        .flatMapToInt(FixedPortLocks::numbers)
        .mapToObj(port -> new Lock("io.freeport.port." + port))
        .collect(Collectors.toSet());
  }
}
