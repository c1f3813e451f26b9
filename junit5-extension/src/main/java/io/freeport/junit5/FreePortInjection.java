package io.freeport.junit5;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotatedFields;
import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import io.freeport.HeldPort;
import io.freeport.spi.NamedPorts;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * Injects the ports of {@link FreePort} into fields and parameters.
 *
 * <p>Static fields get theirs before all tests of a class, instance fields when the instance is
 * created, and parameters when JUnit resolves them. Nothing has to be cleaned up here: the ports
 * are in stores of JUnit, or in the session, which close them.
 */
final class FreePortInjection
    implements BeforeAllCallback,
        TestInstancePostProcessor,
        BeforeEachCallback,
        AfterEachCallback,
        ParameterResolver {

  /** In the order in which they are asked: the first that has ports for a point provides them. */
  private static final List<PortSource> SOURCES =
      List.of(new ExtensionPorts(), new PlannedPorts(), new SessionPorts(), new AnnotatedPorts());

  /** Lets the parameters of a constructor belong to the test that the instance is created for. */
  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(
      ExtensionContext rootContext) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    injectFields(context, context.getRequiredTestClass(), null);
  }

  @Override
  public void postProcessTestInstance(Object testInstance, ExtensionContext context) {
    injectFields(context, testInstance.getClass(), testInstance);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    ReportEntries.publish(context);
  }

  /** Publishes what is left if the callback of another extension failed before. */
  @Override
  public void afterEach(ExtensionContext context) {
    ReportEntries.publish(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameterContext, ExtensionContext context) {
    return parameterContext.isAnnotated(FreePort.class);
  }

  @Override
  public Object resolveParameter(ParameterContext parameterContext, ExtensionContext context) {
    return valueFor(InjectionPoint.of(parameterContext), context);
  }

  /** Injects the static fields if there is no instance, and the others if there is one. */
  private static void injectFields(
      ExtensionContext context, Class<?> type, @Nullable Object instance) {
    for (Field field : findAnnotatedFields(type, FreePort.class)) {
      boolean isStatic = Modifier.isStatic(field.getModifiers());
      if (isStatic == (instance == null) && (isStatic || !isSetByConstructor(field))) {
        injectField(field, type, instance, context);
      }
    }
  }

  private static void injectField(
      Field field, Class<?> type, @Nullable Object instance, ExtensionContext context) {
    InjectionPoint point = InjectionPoint.of(field, instance);
    if (Modifier.isFinal(field.getModifiers())) {
      throw point.error("must not be final: its port is injected after its initializer ran.");
    }
    if (point.type() == int.class || point.type() == Integer.class) {
      EarlyReads.refuse(point, type, context);
    }
    Object value = valueFor(point, context);
    try {
      ReflectionSupport.makeAccessible(field).set(instance, value);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new ExtensionConfigurationException(
          "Cannot set @FreePort " + point.description() + ": " + e.getMessage(), e);
    }
  }

  /**
   * An annotation at a record component, or at a property in a Kotlin constructor, is copied to the
   * constructor's parameter and to the field. The constructor sets the field then.
   */
  private static boolean isSetByConstructor(Field field) {
    if (!Modifier.isFinal(field.getModifiers())) {
      return false;
    }
    for (Constructor<?> constructor : field.getDeclaringClass().getDeclaredConstructors()) {
      for (Parameter parameter : constructor.getParameters()) {
        if (parameter.getParameterizedType().equals(field.getGenericType())
            && findAnnotation(parameter, FreePort.class)
                .equals(findAnnotation(field, FreePort.class))) {
          return true;
        }
      }
    }
    return false;
  }

  private static Object valueFor(InjectionPoint point, ExtensionContext context) {
    if (point.isNamed() && point.name().isBlank()) {
      throw point.error("has a blank name. Leave it out, or use a word.");
    }
    if (PlannedPorts.isWholePlan(point.type())) {
      NamedPorts all = PlannedPorts.all(point, context);
      StaticFields.use(point, all, context);
      return all;
    }
    PortType type = PortType.of(point, context);
    List<HeldPort> ports = portsFor(point, context);
    StaticFields.use(point, ports, context);
    return type.valueOf(ports, point);
  }

  private static List<HeldPort> portsFor(InjectionPoint point, ExtensionContext context) {
    for (PortSource source : SOURCES) {
      List<HeldPort> ports = source.portsFor(point, context);
      if (ports != null) {
        return ports;
      }
    }
    throw new AssertionError("AnnotatedPorts has ports for every point");
  }
}
