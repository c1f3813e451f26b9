package io.freeport.docker.testing;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The engine of {@code ci/engines restart} and {@code hosts}. Its folder has its process id; its
 * keeper starts it again when it has died, unless there is a file that says it is to stay down.
 */
public final class MortalEngine {

  /** An environment variable. */
  public static final String DIRECTORY = "MORTAL_ENGINE";

  private final Path directory = Path.of(String.valueOf(System.getenv(DIRECTORY)));
  private final Path down = directory.resolve("down");

  /** Kills it, by SIGKILL; it stays down until it is to come back. */
  public void kill() throws Exception {
    end("KILL");
  }

  /** Ends it, by SIGTERM, as a service manager does; it stays down as well. */
  public void stop() throws Exception {
    end("TERM");
  }

  private void end(String signal) throws Exception {
    Files.createFile(down);
    ProcessHandle process = ProcessHandle.of(pid()).orElseThrow();
    signal(signal);
    process.onExit().join();
  }

  /** Stops it from doing anything; its socket still accepts connections. */
  public void hang() throws Exception {
    signal("STOP");
  }

  /** Returns once it answers. */
  public void comeBack() throws Exception {
    if (!Files.deleteIfExists(down)) {
      signal("CONT");
    }
    Eventually.holds("the engine is back", MortalEngine::answers);
  }

  private void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-s", name, "" + pid()).inheritIO().start().waitFor();
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readString(directory.resolve("engine.pid")).strip());
  }

  private static boolean answers() {
    try (DockerClient client = Engine.connect()) {
      client.pingCmd().exec();
      return true;
    } catch (IOException | RuntimeException notYet) {
      return false;
    }
  }
}
