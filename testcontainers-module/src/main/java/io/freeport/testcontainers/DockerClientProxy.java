package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.CreateContainerResponse;
import com.github.dockerjava.api.command.StartContainerCmd;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;

/**
 * The Docker client of one container object, with an interceptor around its create command and its
 * start command. Testcontainers has no hook between the creation of a container and its start,
 * where the engine binds the ports, and none that sees how a start failed.
 */
final class DockerClientProxy implements InvocationHandler {

  /** Runs in place of commands. */
  interface Interceptor {

    /** Runs in place of a create command, whose execution by the engine is {@code command}. */
    CreateContainerResponse create(
        CreateContainerCmd create, Callable<CreateContainerResponse> command) throws Exception;

    /** Runs in place of a start command, whose execution by the engine is {@code command}. */
    void start(@Nullable String containerId, Runnable command);
  }

  private final DockerClient client;
  private final Interceptor interceptor;

  private DockerClientProxy(DockerClient client, Interceptor interceptor) {
    this.client = client;
    this.interceptor = interceptor;
  }

  /** Returns the interceptor of a container; null if it has none. */
  static @Nullable Interceptor interceptorOf(GenericContainer<?> container) {
    DockerClient client = container.getDockerClient();
    return Proxy.isProxyClass(client.getClass())
            && Proxy.getInvocationHandler(client) instanceof DockerClientProxy proxy
        ? proxy.interceptor
        : null;
  }

  /** Puts an interceptor around the commands of a container's client. */
  static void install(GenericContainer<?> container, Interceptor interceptor) {
    DockerClient client = container.getDockerClient();
    DockerClient intercepted =
        proxy(DockerClient.class, new DockerClientProxy(client, interceptor));
    try {
      // Open to subclasses anyway: a protected field that is not final.
      Field field = GenericContainer.class.getDeclaredField("dockerClient");
      field.setAccessible(true);
      field.set(container, intercepted);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "This version of Testcontainers is not supported: it does not let its containers' client be replaced. Known to work are"
              + " 1.21.4 and 2.0.5.",
          e);
    }
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getName().equals("equals") && method.getDeclaringClass() == Object.class) {
      return arguments != null && proxy == arguments[0];
    }
    Object result = call(client, method, arguments);
    if (result instanceof CreateContainerCmd create) {
      return around(
          CreateContainerCmd.class, create, proxied -> interceptor.create(proxied, create::exec));
    }
    if (result instanceof StartContainerCmd start) {
      return around(
          StartContainerCmd.class,
          start,
          proxied -> {
            interceptor.start(start.getContainerId(), start::exec);
            return null;
          });
    }
    return result;
  }

  /** Runs in place of a command. */
  private interface Execution<T> {
    @Nullable Object exec(T command) throws Exception;
  }

  private static <T> T around(Class<T> type, T command, Execution<T> execution) {
    return proxy(
        type,
        (proxy, method, arguments) -> {
          if (method.getName().equals("exec")) {
            return execution.exec(type.cast(proxy));
          }
          Object result = call(command, method, arguments);
          return result == command ? proxy : result;
        });
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static @Nullable Object call(Object target, Method method, Object @Nullable [] arguments)
      throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
