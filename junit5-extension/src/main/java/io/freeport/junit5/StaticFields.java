package io.freeport.junit5;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * The static fields that contain the ports of running classes. Several classes can inherit one
 * field: while a class runs, no other one puts other ports into it.
 */
final class StaticFields {

  private static final Map<Field, Use> USES = new ConcurrentHashMap<>();

  private StaticFields() {}

  /** What a field contains, and for which contexts, the first one first. */
  private record Use(Object ports, List<ExtensionContext> users) {

    Use and(ExtensionContext user) {
      List<ExtensionContext> all = new ArrayList<>(users);
      all.add(user);
      return new Use(ports, all);
    }

    /** Returns null if nobody uses the field any more. */
    @Nullable Use without(ExtensionContext user) {
      List<ExtensionContext> rest = new ArrayList<>(users);
      rest.remove(user);
      return rest.isEmpty() ? null : new Use(ports, rest);
    }
  }

  /** Ends the use of a field with the context that has this in its store. */
  @SuppressWarnings("deprecation") // JUnit up to 5.12 closes this interface only, later the other
  private record End(Field field, ExtensionContext user)
      implements Store.CloseableResource, AutoCloseable {
    @Override
    public void close() {
      USES.computeIfPresent(field, (any, use) -> use.without(user));
    }
  }

  /**
   * Reserves a point's field until the end of the context, if it is a static one.
   *
   * @param ports what the field is to be set to, in a form that equals itself
   * @throws org.junit.platform.commons.JUnitException if another class runs that relies on other
   *     ports in the field
   */
  static void use(InjectionPoint point, Object ports, ExtensionContext context) {
    if (point.element() instanceof Field field && point.instance() == null) {
      USES.compute(
          field,
          (any, use) -> {
            if (use == null) {
              return new Use(ports, List.of(context));
            }
            if (!use.ports().equals(ports)) {
              throw shared(point, use.users().get(0), context);
            }
            return use.and(context);
          });
      Contexts.store(context).put(List.of(StaticFields.class, field), new End(field, context));
    }
  }

  private static RuntimeException shared(
      InjectionPoint point, ExtensionContext first, ExtensionContext second) {
    return point.error(
        "is one field for two classes that run at the same time: "
            + describe(first)
            + " has its port in it, and "
            + describe(second)
            + " would replace that by another one. Use an instance field or a parameter, or scope = SESSION for one port for both, or keep the classes from running"
            + " at the same time, by @ResourceLock or @Execution(SAME_THREAD) at the class that declares the field.");
  }

  private static String describe(ExtensionContext context) {
    return context.getRequiredTestClass().getName() + " (" + context.getDisplayName() + ")";
  }
}
