package io.freeport.junit5;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedFields;
import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import io.freeport.HeldPort;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;

/**
 * Puts ports where {@link FreePort} asks for them: into static fields before all tests of a class,
 * into instance fields as soon as there is an instance, and into parameters.
 */
final class FreePortExtension
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
        field -> !Modifier.isStatic(field.getModifiers()));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameterContext, ExtensionContext context) {
    return parameterContext.isAnnotated(FreePort.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameterContext, ExtensionContext context) {
    Parameter parameter = parameterContext.getParameter();
    if (!PortType.isSupported(parameter.getType())) {
      throw new ParameterResolutionException(
          PortType.unsupported(
              "parameter [" + parameter + "] of [" + parameter.getDeclaringExecutable() + "]",
              parameter.getType()));
    }
    String name = parameterContext.findAnnotation(FreePort.class).map(FreePort::value).orElse("");
    Place place = new Place(parameter.getDeclaringExecutable(), parameterContext.getIndex());
    return PortType.valueOf(port(context, name, place), parameter.getType());
  }

  private static void inject(
      ExtensionContext context, Class<?> type, @Nullable Object instance, Predicate<Field> which) {
    for (Field field : findAnnotatedFields(type, FreePort.class, which)) {
      if (!PortType.isSupported(field.getType())) {
        throw new ExtensionConfigurationException(
            PortType.unsupported("field [" + field + "]", field.getType()));
      }
      if (Modifier.isFinal(field.getModifiers())) {
        throw new ExtensionConfigurationException(
            "@FreePort field ["
                + field
                + "] must not be final: its port is put into it after its initializer ran.");
      }
      String name = findAnnotation(field, FreePort.class).map(FreePort::value).orElse("");
      Object value = PortType.valueOf(port(context, name, new Place(field, 0)), field.getType());
      try {
        field.setAccessible(true);
        field.set(instance, value);
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new ExtensionConfigurationException(
            "Cannot set @FreePort field [" + field + "]: " + e.getMessage(), e);
      }
    }
  }

  /**
   * A store also looks into those of the contexts around its own: this is how a test sees the named
   * ports of its class.
   */
  private static HeldPort port(ExtensionContext context, String name, Place place) {
    if (name.isEmpty()) {
      return StoredPort.in(context, place, name);
    }
    return StoredPort.in(ofTestInstance(context), name, name);
  }

  /**
   * Returns the context whose end is that of the test instance: with one instance for all tests it
   * is that of the class.
   */
  private static ExtensionContext ofTestInstance(ExtensionContext context) {
    ExtensionContext result = context;
    if (context.getTestInstanceLifecycle().filter(FreePortExtension::isPerClass).isPresent()) {
      while (result.getTestMethod().isPresent() && result.getParent().isPresent()) {
        result = result.getParent().get();
      }
    }
    return result;
  }

  private static boolean isPerClass(Lifecycle lifecycle) {
    return lifecycle == Lifecycle.PER_CLASS;
  }

  /** The key of a port without a name: the field or method, and the parameter's index. */
  private record Place(Object element, int index) {}
}
