package io.freeport.plan.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortPlan;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page of a front-end under test asks for the ports, in a real browser if there is one. */
class BrowserTest {

  private static final String PAGE =
      """
      <!doctype html><title>front-end</title><body>waiting<script>
      fetch('%s/api/ports')
        .then(answer => answer.json())
        .then(json => document.body.textContent = 'server is on ' + json.data.server)
        .catch(refused => document.body.textContent = 'refused: ' + refused.name);
      </script>
      """;

  private static final String NO_BROWSER =
      "There is no Chromium on the PATH, so fetch is not tried. Install it, on Debian for example: apt-get install chromium";

  @TempDir Path directory;

  @Test
  void pagesOfTheAllowedOriginFindThePorts() throws Exception {
    Path browser = browser();
    try (PortAssignments ports = plan().assign();
        FrontEnd page = new FrontEnd()) {
      try (PortsServer server =
          PortsServer.builder(ports).allowOrigin("http://127.0.0.1:" + page.port()).start()) {
        assertThat(page.shownBy(browser, directory, server))
            .contains("server is on " + ports.port("server") + "<");
      }
      try (PortsServer server = PortsServer.start(ports)) {
        assertThat(page.shownBy(browser, directory, server)).contains("refused: TypeError");
      }
    }
  }

  private PortPlan plan() throws Exception {
    return PortPlan.load(
        Files.writeString(directory.resolve("freeport.yaml"), "services: {server: }"));
  }

  private static Path browser() {
    Optional<Path> browser =
        Stream.of(System.getenv("PATH").split(Pattern.quote(File.pathSeparator), -1))
            .flatMap(
                folder ->
                    Stream.of(
                            "chromium-headless-shell",
                            "chromium",
                            "chromium-browser",
                            "google-chrome")
                        .map(name -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
    if (browser.isEmpty()) {
      System.err.println(NO_BROWSER); // Maven does not print why a test was skipped
    }
    assumeTrue(browser.isPresent(), NO_BROWSER);
    return browser.orElseThrow();
  }

  /** Serves the page. */
  private static final class FrontEnd implements AutoCloseable {

    private final HttpServer server;
    private volatile String page = "";

    FrontEnd() throws Exception {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              byte[] body = page.getBytes(StandardCharsets.UTF_8);
              exchange.getResponseHeaders().set("Content-Type", "text/html");
              exchange.sendResponseHeaders(200, body.length);
              exchange.getResponseBody().write(body);
            }
          });
      server.start();
    }

    int port() {
      return server.getAddress().getPort();
    }

    /** Returns what the page has become when its script is through. */
    String shownBy(Path browser, Path directory, PortsServer ports) throws Exception {
      page = PAGE.formatted(ports.uri());
      Path output = Files.createTempFile(directory, "browser", ".html");
      List<String> command =
          new ArrayList<>(
              List.of(
                  browser.toString(),
                  "--headless",
                  "--no-sandbox", // its tests may be run by root
                  "--disable-gpu",
                  "--disable-quic",
                  "--disable-background-networking", // it is to speak to this host only
                  "--no-first-run",
                  "--no-proxy-server",
                  "--user-data-dir=" + Files.createTempDirectory(directory, "profile"),
                  "--virtual-time-budget=10000",
                  "--dump-dom",
                  "http://127.0.0.1:" + port() + "/"));
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(output.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try {
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("the browser has ended").isTrue();
      } finally {
        process.destroyForcibly().waitFor();
      }
      return Files.readString(output);
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
