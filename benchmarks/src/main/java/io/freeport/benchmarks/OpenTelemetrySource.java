package io.freeport.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;

/**
 * What is behind OpenTelemetry's {@code PortUtils}. It gives out each number once, and then none
 * any more, which is too soon for a benchmark. So another one takes over from it then, for which
 * there is no public way.
 */
final class OpenTelemetrySource implements PortSource {

  private static final String TYPE = "io.opentelemetry.instrumentation.test.utils.PortAllocator";

  private final Constructor<?> constructor;
  private final Method getPort;
  private final Field sockets;
  private Object allocator;

  OpenTelemetrySource() {
    try {
      Class<?> type = Class.forName(TYPE);
      constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      getPort = type.getDeclaredMethod("getPort");
      getPort.setAccessible(true);
      sockets = type.getDeclaredField("sockets");
      sockets.setAccessible(true);
      allocator = constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("This is not the OpenTelemetry that is known here", e);
    }
  }

  @Override
  public synchronized Lease take() throws IOException {
    try {
      return PortSource.justANumber((int) getPort.invoke(allocator));
    } catch (InvocationTargetException usedUp) {
      if (!(usedUp.getCause() instanceof IllegalStateException)) {
        throw new IllegalStateException(usedUp.getCause());
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    try {
      close();
      allocator = constructor.newInstance();
      return PortSource.justANumber((int) getPort.invoke(allocator));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Gives up the sockets by which it keeps others from its numbers. */
  @Override
  public synchronized void close() {
    try {
      for (Object socket : (List<?>) sockets.get(allocator)) {
        ((Closeable) socket).close();
      }
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
