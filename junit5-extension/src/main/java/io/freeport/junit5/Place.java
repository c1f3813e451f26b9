package io.freeport.junit5;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import java.lang.reflect.Field;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.platform.commons.JUnitException;

/**
 * Where a {@link FreePort} stands.
 *
 * @param annotation what is asked for
 * @param type what is to be put there
 * @param element the field or the parameter
 * @param label the name of the field or parameter
 * @param instance the object whose field it is, or whose method is called
 */
record Place(
    FreePort annotation, Type type, Object element, String label, @Nullable Object instance) {

  static Place of(Field field, @Nullable Object instance) {
    return new Place(
        findAnnotation(field, FreePort.class).orElseThrow(),
        field.getGenericType(),
        field,
        field.getName(),
        instance);
  }

  static Place of(ParameterContext context) {
    Parameter parameter = context.getParameter();
    return new Place(
        context.findAnnotation(FreePort.class).orElseThrow(),
        parameter.getParameterizedType(),
        parameter,
        parameter.getName(),
        context.getTarget().orElse(null));
  }

  String name() {
    return annotation.value();
  }

  /** What the port is called in a report. */
  String title() {
    return name().isEmpty() ? label : name();
  }

  /** The key of the port: its name, or the place itself, in its scope, if it has none. */
  Object key() {
    Object owner = annotation.scope() == PortScope.TEST_INSTANCE ? instance : null;
    return name().isEmpty() ? List.of(element, new Identity(owner)) : name();
  }

  /** Says where it is, for messages. */
  String description() {
    return element instanceof Parameter parameter
        ? "parameter [" + parameter + "] of [" + parameter.getDeclaringExecutable() + "]"
        : "field [" + element + "]";
  }

  /** Returns what JUnit's own extensions throw at such a place. */
  JUnitException error(String message) {
    String text = "@FreePort " + description() + " " + message;
    return element instanceof Parameter
        ? new ParameterResolutionException(text)
        : new ExtensionConfigurationException(text);
  }
}
