package io.freeport.junit5;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedFields;

import io.freeport.HeldPort;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestInstances;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The {@link FreePortExtension}s of a test: those of its class, and of the classes that it is
 * nested in. They are read from their fields, so the order does not matter in which JUnit registers
 * extensions.
 *
 * @param extensions in the order in which names are looked up: from the inside to the outside
 */
record RegisteredExtensions(List<FreePortExtension> extensions) {

  private static final RegisteredExtensions NONE = new RegisteredExtensions(List.of());

  /** The fields of a class that have an extension; found once for each class. */
  private record Fields(List<Field> fields) {}

  /**
   * Returns the extensions of a test.
   *
   * @param instance the test instance, if it is not part of the context yet
   */
  static RegisteredExtensions of(ExtensionContext context, @Nullable Object instance) {
    Class<?> type = context.getTestClass().orElse(null);
    List<Field> fields = type == null ? List.of() : fieldsOf(type, context);
    if (fields.isEmpty()) {
      return NONE;
    }
    Set<Object> instances = new LinkedHashSet<>();
    if (instance != null) {
      instances.add(instance);
    }
    context.getTestInstances().map(TestInstances::getAllInstances).ifPresent(instances::addAll);
    List<FreePortExtension> extensions = new ArrayList<>();
    for (Field field : fields) {
      if (Modifier.isStatic(field.getModifiers())) {
        read(field, null, extensions);
      } else {
        for (Object owner : instances) {
          if (field.getDeclaringClass().isInstance(owner)) {
            read(field, owner, extensions);
          }
        }
      }
    }
    return new RegisteredExtensions(extensions);
  }

  /** Returns the extension that defines a name; null if none does. */
  @Nullable FreePortExtension defining(String name) {
    for (FreePortExtension extension : extensions) {
      if (extension.defines(name)) {
        return extension;
      }
    }
    return null;
  }

  /** Returns the converter for a type; null if there is none. */
  FreePortExtension.@Nullable Converter<?> converter(Class<?> type) {
    for (FreePortExtension extension : extensions) {
      FreePortExtension.Converter<?> converter = extension.converter(type);
      if (converter != null) {
        return converter;
      }
    }
    return null;
  }

  /** Returns the ports that the extensions hold by now, no matter who asked for them. */
  List<HeldPort> held() {
    List<HeldPort> held = new ArrayList<>();
    for (FreePortExtension extension : extensions) {
      held.addAll(extension.held());
    }
    return held;
  }

  private static List<Field> fieldsOf(Class<?> type, ExtensionContext context) {
    return Contexts.store(context.getRoot())
        .getOrComputeIfAbsent(
            List.of(RegisteredExtensions.class, type), any -> find(type), Fields.class)
        .fields();
  }

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
      // JUnit does not nest a static class, though it is declared within another one.
      at = Modifier.isStatic(at.getModifiers()) ? null : at.getEnclosingClass();
    }
    return new Fields(all);
  }

  private static void read(
      Field field, @Nullable Object instance, List<FreePortExtension> extensions) {
    ReflectionSupport.tryToReadFieldValue(field, instance)
        .toOptional()
        .ifPresent(value -> extensions.add((FreePortExtension) value));
  }
}
