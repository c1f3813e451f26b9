package io.freeport.docker.internal;

import com.github.dockerjava.api.exception.DockerException;
import io.freeport.PortHandoffException;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The engine's part of a start: the commands to create a container, to start it, to look at it and
 * to remove it, each within a limited time. Clients wait for an engine's answer for ever, unless
 * they are told otherwise.
 */
public final class EngineCall {

  private EngineCall() {}

  /**
   * Runs the command. What an engine answers is passed on as it is. A command that is not waited
   * for any longer goes on: what the engine does by it is to be known at its end.
   *
   * @param engine what messages call the engine
   * @param purpose what was to be done, as a sentence without its full stop; it names the ports
   * @return what the command returns
   * @throws PortHandoffException if the engine cannot be reached, or does not answer in time
   */
  public static <T extends @Nullable Object> T run(
      Callable<T> command, String engine, String purpose) {
    Duration limit = Settings.ofThisJvm().get(SettingKeys.CONTAINER_TIMEOUT);
    FutureTask<T> task = new FutureTask<>(command);
    // A thread, not a pool: one that waits for a dead engine would be missing there.
    Thread thread = new Thread(task, "freeport-container-start");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DockerException answer) {
        throw answer;
      }
      throw failure(
          engine, purpose, "could not be reached", e.getCause() == null ? e : e.getCause());
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

  private static PortHandoffException failure(
      String engine, String purpose, String what, Throwable cause) {
    return new PortHandoffException(purpose + ". " + engine + " " + what + ": " + cause, cause);
  }
}
