package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The engine of {@code ci/engines restart}. Its folder has its process id; its keeper starts it
 * again when it has died, unless there is a file that says it is to stay down.
 */
final class MortalEngine {

  /** An environment variable. */
  static final String DIRECTORY = "MORTAL_ENGINE";

  private final Path directory = Path.of(String.valueOf(System.getenv(DIRECTORY)));
  private final Path down = directory.resolve("down");

  /** Kills it, by SIGKILL; it stays down until it is to come back. */
  void kill() throws Exception {
    Files.createFile(down);
    ProcessHandle process = ProcessHandle.of(pid()).orElseThrow();
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Stops it from doing anything; its socket still accepts connections. */
  void hang() throws Exception {
    signal("STOP");
  }

  /** Returns once it answers. */
  void comeBack() throws Exception {
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
