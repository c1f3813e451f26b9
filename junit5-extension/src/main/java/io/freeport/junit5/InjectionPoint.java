package io.freeport.junit5;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import io.freeport.HeldPort;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.platform.commons.JUnitException;

/**
 * A field or parameter with {@link FreePort}.
 *
 * @param annotation the annotation
 * @param type the type of the field or parameter
 * @param element the field or parameter
 * @param label the name of the field or parameter
 * @param instance the object that has the field or method; null for static ones and constructors
 */
record InjectionPoint(
    FreePort annotation, Type type, Object element, String label, @Nullable Object instance) {

  static InjectionPoint of(Field field, @Nullable Object instance) {
    return new InjectionPoint(
        findAnnotation(field, FreePort.class).orElseThrow(),
        field.getGenericType(),
        field,
        field.getName(),
        instance);
  }

  static InjectionPoint of(ParameterContext context) {
    Parameter parameter = context.getParameter();
    return new InjectionPoint(
        context.findAnnotation(FreePort.class).orElseThrow(),
        parameter.getParameterizedType(),
        parameter,
        parameter.getName(),
        context.getTarget().orElse(null));
  }

  String name() {
    return annotation.value();
  }

  boolean isNamed() {
    return !name().isEmpty();
  }

  boolean isOfSession() {
    return annotation.scope() == PortScope.SESSION;
  }

  /**
   * Returns the context with whose end the port is released. If all tests of a class have the same
   * instance, the named ports of the instance are those of the class.
   */
  ExtensionContext owner(ExtensionContext context) {
    boolean isOfInstance = annotation.scope() == PortScope.TEST_INSTANCE;
    return isOfInstance && (!isNamed() || !Contexts.isPerClass(context))
        ? context
        : Contexts.classOf(context);
  }

  /** Returns the key of the port in its scope: its name, or the point itself if it has none. */
  Object key() {
    Object owner = annotation.scope() == PortScope.TEST_INSTANCE ? instance : null;
    return isNamed() ? name() : List.of(element, new IdentityKey(owner));
  }

  /** Returns where the point is, for messages. */
  String description() {
    return element instanceof Parameter parameter
        ? "parameter [" + parameter + "] of [" + parameter.getDeclaringExecutable() + "]"
        : "field [" + element + "]";
  }

  /** Returns an error of the type that JUnit's own extensions throw at such a point. */
  JUnitException error(String message) {
    String text = "@FreePort " + description() + " " + message;
    return element instanceof Parameter
        ? new ParameterResolutionException(text)
        : new ExtensionConfigurationException(text);
  }

  /** Puts the numbers into the test report, under the name of the port or of the point. */
  void report(List<HeldPort> ports, ExtensionContext context) {
    StringJoiner joined = new StringJoiner(",");
    for (HeldPort port : ports) {
      joined.add(String.valueOf(port.number()));
    }
    String key = isNamed() ? name() : label;
    String numbers = joined.toString();
    if (isOfInstance() && context.getTestMethod().isPresent()) {
      ReportEntries.add(context, key, numbers);
    } else {
      context.publishReportEntry(key, numbers);
    }
  }

  /** Returns whether the port is injected while the instance is created. */
  private boolean isOfInstance() {
    return element instanceof Field
        || (element instanceof Parameter parameter
            && parameter.getDeclaringExecutable() instanceof Constructor);
  }
}
