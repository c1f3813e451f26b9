package io.freeport.docker.testing;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * The smallest real server in a container: it answers any request with 404 Not Found, as it has no
 * files.
 */
public final class Httpd {

  public static final String IMAGE = "busybox:1.35";
  public static final int PORT = 80;

  private static final String[] COMMAND = {"httpd", "-f", "-p", "80", "-h", "/tmp"};

  private Httpd() {}

  public static String[] command() {
    return COMMAND.clone();
  }

  public static CreateContainerCmd create(DockerClient client) {
    return client.createContainerCmd(IMAGE).withCmd(COMMAND);
  }

  public static String get(int port, String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
    try (InputStream body = connection.getInputStream()) {
      return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      connection.disconnect();
    }
  }

  /** For a start that waits for nothing: the engine listens before the server does. */
  public static int statusOnceReady(int port) throws Exception {
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

  public static int statusOf(int port) throws IOException {
    return statusOf("127.0.0.1", port);
  }

  public static int statusOf(String host, int port) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://" + host + ":" + port + "/").toURL().openConnection();
    try {
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }
}
