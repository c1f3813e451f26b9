package io.freeport.docker.internal;

import io.freeport.PortHandoffException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs one command of an engine within a limited time. Clients of docker-java wait without a limit
 * unless they are told otherwise.
 */
public final class EngineCall {

  /** No real chain of causes is as long; one that leads back into itself has to end somewhere. */
  private static final int LONGEST_CHAIN = 50;

  private EngineCall() {}

  /**
   * Runs the command. What the engine answers, and any failure that is not about the connection, is
   * thrown as it is. After a timeout the command goes on: its end still shows what the engine did.
   *
   * @param limit how long the engine has to answer
   * @param engine what messages call the engine
   * @param purpose what was to be done, as a sentence without its full stop; it names the ports
   * @return what the command returns
   * @throws PortHandoffException if the engine cannot be reached, or does not answer in time
   */
  public static <T extends @Nullable Object> T run(
      Callable<T> command, Duration limit, String engine, String purpose) {
    FutureTask<T> task = new FutureTask<>(command);
    // A thread, not a pool: one that waits for a dead engine would be missing there.
    Thread thread = new Thread(task, "freeport-container-start");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw failureOf(e.getCause() == null ? e : e.getCause(), engine, purpose);
    } catch (TimeoutException e) {
      throw failure(
          engine,
          purpose,
          "did not answer within " + limit.toMillis() + " ms, as freeport.container.timeout has it",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(engine, purpose, "was not waited for, since this thread was interrupted", e);
    }
  }

  private static RuntimeException failureOf(Throwable thrown, String engine, String purpose) {
    String trouble = troubleOfConnection(thrown);
    if (trouble != null) {
      return failure(engine, purpose, trouble, thrown);
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException unchecked
        ? unchecked
        : new PortHandoffException(purpose + ". The command failed: " + thrown, thrown);
  }

  /** docker-java wraps what its transports throw. Returns null for any other failure. */
  private static @Nullable String troubleOfConnection(Throwable thrown) {
    Throwable cause = thrown;
    for (int i = 0; cause != null && i < LONGEST_CHAIN; i++) {
      if (cause instanceof InterruptedException || cause instanceof ClosedByInterruptException) {
        return "was not waited for, since the call was interrupted";
      }
      if (cause instanceof InterruptedIOException) {
        return !(cause instanceof SocketTimeoutException)
            ? "was not waited for, since the call was interrupted"
            : isA("ConnectTimeoutException", cause)
                ? "could not be reached"
                : "did not answer in time";
      }
      if (cause instanceof IOException && !isA("JsonProcessingException", cause)) {
        return "could not be reached";
      }
      cause = cause.getCause();
    }
    return null;
  }

  /** By its simple name: Testcontainers has its own copies of Jackson and of the HTTP client. */
  private static boolean isA(String simpleName, Throwable thrown) {
    for (Class<?> type = thrown.getClass(); type != null; type = type.getSuperclass()) {
      if (type.getSimpleName().equals(simpleName)) {
        return true;
      }
    }
    return false;
  }

  private static PortHandoffException failure(
      String engine, String purpose, String what, Throwable cause) {
    return new PortHandoffException(purpose + ". " + engine + " " + what + ": " + cause, cause);
  }
}
