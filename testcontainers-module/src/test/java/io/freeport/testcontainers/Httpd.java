package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;

/**
 * The smallest real server in a container: it answers any request with 404 Not Found, as it has no
 * files.
 */
final class Httpd extends GenericContainer<Httpd> {

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
