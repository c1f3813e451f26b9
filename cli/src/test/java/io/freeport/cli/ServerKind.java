package io.freeport.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs that are not written in Java, each with an answer by which one start of it is known. */
enum ServerKind {
  PYTHON("python3"),
  NODE("node"),
  NGINX("nginx"),
  REDIS("redis-server"),
  DOCKER("docker");

  private static final int TIMEOUT_MILLIS = 5_000;

  private final String program;

  ServerKind(String program) {
    this.program = program;
  }

  /** Returns why it cannot be run here; empty if it can. */
  String missing() throws IOException, InterruptedException {
    boolean installed =
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    if (!installed) {
      return program + " is not installed";
    }
    if (this == DOCKER) {
      Process info =
          new ProcessBuilder("docker", "image", "inspect", "nginx:1.22")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!info.waitFor(20, TimeUnit.SECONDS) || info.exitValue() != 0) {
        info.destroyForcibly();
        return "no Docker engine answers, or it has no nginx:1.22";
      }
    }
    return "";
  }

  /**
   * Returns a command that stays in the foreground.
   *
   * @param port the number, or {@code {web}}
   * @param id what it answers with
   * @param folder for its files
   */
  List<String> command(String port, String id, Path folder) throws IOException {
    return switch (this) {
      case PYTHON -> {
        Files.writeString(folder.resolve("index.html"), id);
        yield List.of(program, "-m", "http.server", port, "--directory", folder.toString());
      }
      case NODE ->
          List.of(
              program,
              "-e",
              "require('http').createServer((q, a) => a.end('" + id + "')).listen(" + port + ")");
      case NGINX -> {
        Files.createDirectories(folder.resolve("logs"));
        yield List.of(
            "sh",
            "-c",
            "printf '%s' '"
                + nginx(port, id, "pid " + folder + "/pid; error_log stderr;")
                + "' >"
                + folder
                + "/conf; exec nginx -p "
                + folder
                + " -e stderr -c "
                + folder
                + "/conf");
      }
      case REDIS ->
          List.of(
              program,
              "--port",
              port,
              "--save",
              "",
              "--dir",
              folder.toString(),
              "--protected-mode",
              "no");
      case DOCKER ->
          List.of(
              program,
              "run",
              "--rm",
              "--name",
              id,
              "-p",
              "127.0.0.1:" + port + ":80",
              "nginx:1.22",
              "sh",
              "-c",
              "printf '%s' '" + nginx("80", id, "") + "' >/tmp/conf; exec nginx -c /tmp/conf");
    };
  }

  private static String nginx(String port, String id, String files) {
    return "daemon off; worker_processes 1; "
        + files
        + " events {} http { access_log off; server { listen "
        + port
        + "; location / { return 200 "
        + id
        + "; } } }";
  }

  /** Removes what is left if a start was cut off. */
  void cleanUp(String id) throws IOException, InterruptedException {
    if (this == DOCKER) {
      new ProcessBuilder("docker", "rm", "-f", id)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }
  }

  /** Returns whether this very start answers on the port. */
  boolean answers(int port, String id, Path folder) {
    try (Socket client = new Socket()) {
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      client.setSoTimeout(TIMEOUT_MILLIS);
      String question = this == REDIS ? "CONFIG GET dir\r\nQUIT\r\n" : "GET / HTTP/1.0\r\n\r\n";
      client.getOutputStream().write(question.getBytes(UTF_8));
      InputStream in = client.getInputStream();
      String answer = new String(in.readAllBytes(), UTF_8);
      return answer.contains(this == REDIS ? folder.toString() : id);
    } catch (IOException notYet) {
      return false;
    }
  }
}
