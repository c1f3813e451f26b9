package io.freeport.junit5;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedFields;

import io.freeport.HeldPort;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestInstances;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The {@link FreePortExtension}s that a test sees: those of its class, and of the classes that it
 * is nested in. They are read from their fields, so that it does not matter which extension JUnit
 * registers first.
 */
final class ProgrammedPorts {

  private static final ProgrammedPorts NONE = new ProgrammedPorts(List.of());

  /** In the order in which names are looked up: from within to the outside. */
  private final List<FreePortExtension> extensions;

  private ProgrammedPorts(List<FreePortExtension> extensions) {
    this.extensions = extensions;
  }

  /**
   * Finds them.
   *
   * @param instance the instance that is just made, and not part of the context yet
   */
  static ProgrammedPorts of(ExtensionContext context, @Nullable Object instance) {
    Optional<Class<?>> type = context.getTestClass();
    if (type.isEmpty()) {
      return NONE;
    }
    List<Field> fields =
        context
            .getRoot()
            .getStore(StoredPorts.NAMESPACE)
            .getOrComputeIfAbsent(
                List.of(ProgrammedPorts.class, type.get()), any -> find(type.get()), Fields.class)
            .fields();
    if (fields.isEmpty()) {
      return NONE;
    }
    List<FreePortExtension> found = new ArrayList<>();
    for (Field field : fields) {
      if (Modifier.isStatic(field.getModifiers())) {
        read(field, null).ifPresent(found::add);
      } else {
        instances(context, instance)
            .filter(field.getDeclaringClass()::isInstance)
            .forEach(owner -> read(field, owner).ifPresent(found::add));
      }
    }
    return new ProgrammedPorts(found);
  }

  Optional<FreePortExtension> defining(String name) {
    return extensions.stream().filter(extension -> extension.defines(name)).findFirst();
  }

  Optional<FreePortExtension.Converter<?>> converter(Class<?> type) {
    return extensions.stream().flatMap(extension -> extension.converter(type).stream()).findFirst();
  }

  /** Returns those that were asked for already, wherever. */
  Stream<HeldPort> held() {
    return extensions.stream().flatMap(extension -> extension.held().stream());
  }

  private static Stream<Object> instances(ExtensionContext context, @Nullable Object instance) {
    return Stream.concat(
        Stream.ofNullable(instance),
        context.getTestInstances().map(TestInstances::getAllInstances).stream()
            .flatMap(List::stream));
  }

  private static Optional<FreePortExtension> read(Field field, @Nullable Object instance) {
    return ReflectionSupport.tryToReadFieldValue(field, instance)
        .toOptional()
        .map(FreePortExtension.class::cast);
  }

  /** Looked for once for each class. */
  private record Fields(List<Field> fields) {}

  private static Fields find(Class<?> type) {
    List<Field> all = new ArrayList<>();
    Class<?> at = type;
    while (at != null) {
      all.addAll(
          findAnnotatedFields(
              at,
              RegisterExtension.class,
              field -> FreePortExtension.class.isAssignableFrom(field.getType()),
              HierarchyTraversalMode.BOTTOM_UP));
      // A static class is within another one by its name only: JUnit does not nest it.
      at = Modifier.isStatic(at.getModifiers()) ? null : at.getEnclosingClass();
    }
    return new Fields(all);
  }
}
