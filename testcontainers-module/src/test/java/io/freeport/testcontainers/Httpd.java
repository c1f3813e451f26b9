package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;

/**
 * The smallest real server in a container: it answers any request with 404 Not Found, as it has no
 * files.
 */
class Httpd extends GenericContainer<Httpd> {

  static final String IMAGE = "busybox:1.35";
  static final int PORT = 80;

  private static final String[] COMMAND = {"httpd", "-f", "-p", "80", "-h", "/tmp"};

  Httpd() {
    super(IMAGE);
    withCommand(COMMAND);
    withStartupCheckStrategy(new IsRunningNow());
  }

  static CreateContainerCmd create(DockerClient client) {
    return client.createContainerCmd(IMAGE).withCmd(COMMAND);
  }

  static String get(int port, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
    try (InputStream body = connection.getInputStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      connection.disconnect();
    }
  }

  /** For a start that waits for nothing: the engine listens before the server does. */
  static int statusOnceReady(int port) throws Exception {
    Eventually.holds("the server on " + port + " answers", () -> answers(port));
    return statusOf(port);
  }

  private static boolean answers(int port) {
    try {
      return statusOf(port) > 0;
    } catch (IOException notYet) {
      return false;
    }
  }

  static int statusOf(int port) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
    try {
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }

  /**
   * Testcontainers' own checks share a limit of one a second, which would make of many starts
   * mostly a wait.
   */
  private static final class IsRunningNow extends StartupCheckStrategy {
    @Override
    public boolean waitUntilStartupSuccessful(DockerClient client, String containerId) {
      return checkStartupState(client, containerId) == StartupStatus.SUCCESSFUL;
    }

    @Override
    public StartupStatus checkStartupState(DockerClient client, String containerId) {
      return Boolean.TRUE.equals(getCurrentState(client, containerId).getRunning())
          ? StartupStatus.SUCCESSFUL
          : StartupStatus.FAILED;
    }
  }
}
