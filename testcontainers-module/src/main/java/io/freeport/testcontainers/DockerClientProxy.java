package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.CreateContainerResponse;
import com.github.dockerjava.api.command.KillContainerCmd;
import com.github.dockerjava.api.command.RemoveContainerCmd;
import com.github.dockerjava.api.command.RestartContainerCmd;
import com.github.dockerjava.api.command.StartContainerCmd;
import com.github.dockerjava.api.command.StopContainerCmd;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;

/**
 * A Docker client with an interceptor around the commands that create, start and stop containers.
 * Testcontainers has no hook between the creation of a container and its start, where the engine
 * binds the ports, none that sees how a start failed, and none around a stop.
 */
final class DockerClientProxy implements InvocationHandler {

  /** Runs in place of commands. */
  interface Interceptor {

    /** Runs in place of a create command, whose execution by the engine is {@code command}. */
    CreateContainerResponse create(
        CreateContainerCmd create, Callable<CreateContainerResponse> command) throws Exception;

    /**
     * Runs in place of a command that starts or restarts a container, whose execution by the engine
     * is {@code command}.
     */
    void start(@Nullable String containerId, Runnable command);

    /**
     * Runs in place of a command that stops, kills or removes a container.
     *
     * @param isCertain whether the container is down if the command succeeds; other signals than
     *     that of a kill may do anything
     */
    void stop(@Nullable String containerId, boolean isCertain, Runnable command);
  }

  /** How a kill calls its signal, if it is the one that no process survives. */
  private static final Set<String> DEADLY = Set.of("", "KILL", "SIGKILL", "9");

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
    try {
      // Open to subclasses anyway: a protected field that is not final.
      install(GenericContainer.class, container, interceptor);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "This version of Testcontainers is not supported: it does not let its containers' client be replaced. Known to work are"
              + " 1.21.4 and 2.0.5.",
          e);
    }
  }

  /**
   * Puts an interceptor around the commands of the client in the field {@code dockerClient} of an
   * object.
   *
   * @param type the class of the field
   */
  static <T> void install(Class<T> type, T object, Interceptor interceptor)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField("dockerClient");
    field.setAccessible(true);
    DockerClient client = (DockerClient) field.get(object);
    field.set(object, proxy(DockerClient.class, new DockerClientProxy(client, interceptor)));
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
          () -> interceptor.start(start.getContainerId(), start::exec));
    }
    if (result instanceof RestartContainerCmd restart) {
      return around(
          RestartContainerCmd.class,
          restart,
          () -> interceptor.start(restart.getContainerId(), restart::exec));
    }
    if (result instanceof StopContainerCmd stop) {
      return around(
          StopContainerCmd.class,
          stop,
          () -> interceptor.stop(stop.getContainerId(), true, stop::exec));
    }
    if (result instanceof KillContainerCmd kill) {
      return around(
          KillContainerCmd.class,
          kill,
          () -> interceptor.stop(kill.getContainerId(), isDeadly(kill.getSignal()), kill::exec));
    }
    if (result instanceof RemoveContainerCmd remove) {
      return around(
          RemoveContainerCmd.class,
          remove,
          () -> interceptor.stop(remove.getContainerId(), true, remove::exec));
    }
    return result;
  }

  /** Runs in place of a command. */
  private interface Execution<T> {
    @Nullable Object exec(T command) throws Exception;
  }

  private static boolean isDeadly(@Nullable String signal) {
    return signal == null || DEADLY.contains(signal.toUpperCase(Locale.ROOT));
  }

  private static <T> T around(Class<T> type, T command, Runnable execution) {
    return around(
        type,
        command,
        proxied -> {
          execution.run();
          return null;
        });
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
