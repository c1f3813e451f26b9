package io.freeport.junit5;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedFields;
import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Puts ports where {@link FreePort} asks for them: into static fields before all tests of a class,
 * into instance fields as soon as there is an instance, and into parameters.
 */
final class FreePortInjection
    implements BeforeAllCallback, TestInstancePostProcessor, ParameterResolver {

  /**
   * A constructor's parameters then belong to the test that the instance is made for, not to the
   * class.
   */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(
      ExtensionContext rootContext) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    inject(
        context,
        context.getRequiredTestClass(),
        null,
        field -> Modifier.isStatic(field.getModifiers()));
  }

  @Override
  public void postProcessTestInstance(Object testInstance, ExtensionContext context) {
    inject(
        context,
        testInstance.getClass(),
        testInstance,
        field -> !Modifier.isStatic(field.getModifiers()) && !isSetByConstructor(field));
  }

  /**
   * An annotation of a record's component, or of a property in a Kotlin constructor, is one of the
   * constructor's parameter and of the field that it is put into. Both say the same then.
   */
  private static boolean isSetByConstructor(Field field) {
    return Modifier.isFinal(field.getModifiers())
        && Arrays.stream(field.getDeclaringClass().getDeclaredConstructors())
            .flatMap(constructor -> Arrays.stream(constructor.getParameters()))
            .filter(parameter -> parameter.getParameterizedType().equals(field.getGenericType()))
            .anyMatch(parameter -> annotation(parameter).equals(annotation(field)));
  }

  private static Optional<FreePort> annotation(AnnotatedElement element) {
    return findAnnotation(element, FreePort.class);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameterContext, ExtensionContext context) {
    return parameterContext.isAnnotated(FreePort.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameterContext, ExtensionContext context) {
    return value(Place.of(parameterContext), context, null);
  }

  private static void inject(
      ExtensionContext context, Class<?> type, @Nullable Object instance, Predicate<Field> which) {
    for (Field field : findAnnotatedFields(type, FreePort.class, which)) {
      Place place = Place.of(field, instance);
      if (Modifier.isFinal(field.getModifiers())) {
        throw place.error("must not be final: its port is put into it after its initializer ran.");
      }
      Object value = value(place, context, instance);
      try {
        ReflectionSupport.makeAccessible(field).set(instance, value);
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new ExtensionConfigurationException(
            "Cannot set @FreePort " + place.description() + ": " + e.getMessage(), e);
      }
    }
  }

  private static Object value(Place place, ExtensionContext context, @Nullable Object instance) {
    if (!place.name().isEmpty() && place.name().isBlank()) {
      throw place.error("has a name of blanks. Leave it out, or use a word.");
    }
    ProgrammedPorts programmed = ProgrammedPorts.of(context, instance);
    if (PlannedPorts.isAll(place.type())) {
      return new PortLookup(place, context, programmed).planned();
    }
    PortType type = PortType.of(place, programmed);
    if (!type.isForSeveral() && place.annotation().count() > 1) {
      throw place.error(
          "asks for "
              + place.annotation().count()
              + " ports, but its type is for one. Use int[], List<Integer>, List<HeldPort> or PortBlock.");
    }
    return type.valueOf(new PortLookup(place, context, programmed).ports(), place);
  }
}
