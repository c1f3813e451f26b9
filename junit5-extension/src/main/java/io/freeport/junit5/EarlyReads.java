package io.freeport.junit5;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Finds addresses that an initializer or a constructor made of a field with {@link FreePort} before
 * its port was injected: their port is 0, or null. Other early reads cannot be seen.
 */
final class EarlyReads {

  private static final Pattern WITHOUT_PORT =
      Pattern.compile("\\S*://[^/?#\\s]*:(0|null)([/?#]\\S*)?");

  private EarlyReads() {}

  /** The fields of a class that can have an address; found once for each class. */
  private record Fields(List<Field> fields) {}

  /**
   * Refuses an address that was made too early.
   *
   * @param point a field that is about to be injected
   * @param type the test class
   */
  static void refuse(InjectionPoint point, Class<?> type, ExtensionContext context) {
    for (Field field : fieldsOf(type, context)) {
      if (Modifier.isStatic(field.getModifiers()) == (point.instance() == null)) {
        String address = read(field, point.instance());
        if (address != null && WITHOUT_PORT.matcher(address).matches()) {
          throw point.error(
              "gets its port after initializers and constructors ran, but field ["
                  + field
                  + "] is \""
                  + address
                  + "\" already. Make that in @BeforeAll or @BeforeEach, or take the port as a parameter of the constructor, or use FreePortExtension.number(...)."
                  + " If it is meant so, move it to another class.");
        }
      }
    }
  }

  private static List<Field> fieldsOf(Class<?> type, ExtensionContext context) {
    return Contexts.store(context.getRoot())
        .getOrComputeIfAbsent(List.of(EarlyReads.class, type), any -> find(type), Fields.class)
        .fields();
  }

  private static Fields find(Class<?> type) {
    return new Fields(
        new ArrayList<>(
            ReflectionSupport.findFields(
                type,
                field ->
                    !field.isSynthetic()
                        && (field.getType() == String.class
                            || field.getType() == URI.class
                            || field.getType() == URL.class),
                HierarchyTraversalMode.TOP_DOWN)));
  }

  private static @Nullable String read(Field field, @Nullable Object instance) {
    return ReflectionSupport.tryToReadFieldValue(field, instance)
        .toOptional()
        .map(Object::toString)
        .orElse(null);
  }
}
