package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freeport.PortAllocator;
import io.freeport.cli.terminal.ExitStatus;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ServeCommandTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void tellsThePortsUntilItIsEnded(String signal) throws Exception {
    RunningCommand.assumeNotIgnored(signal);
    Files.writeString(directory.resolve("freeport.yaml"), "services: {web: {requires: http}}\n");
    int listen;
    try (PortAllocator allocator = PortAllocator.create()) {
      listen = allocator.hold().number();
    }
    try (RunningCommand serve =
        RunningCommand.start(
            directory,
            Map.of(),
            "serve",
            "--listen=" + listen,
            "--allow-origin=http://localhost:5173",
            "--file=url")) {
      URI uri = URI.create(serve.readLine());
      assertThat(uri).isEqualTo(URI.create("http://127.0.0.1:" + listen));
      assertThat(directory.resolve("url")).hasContent(uri.toString());
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(uri.resolve("/api/ports"))
                      .header("Origin", "http://localhost:5173")
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
          .contains("http://localhost:5173");
      JsonNode data = new ObjectMapper().readTree(answer.body()).get("data");
      int web = data.get("web").asInt();
      assertThat(data.get("urls").get("web").asText()).isEqualTo("http://localhost:" + web);
      try (ServerSocket service = new ServerSocket(web)) {
        assertThat(service.isBound()).as("beside the hold").isTrue();
      }
      serve.signal(signal);
      assertThat(serve.await()).isZero();
      assertThat(serve.err()).isEmpty();
      assertThat(directory.resolve("url")).doesNotExist();
      assertThat(serve.left()).isEmpty();
    }
  }

  @Test
  void saysThatItsPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      CliProcess.Result result =
          CliProcess.run(
              Map.of(), directory, "serve", "--listen", Integer.toString(taken.getLocalPort()));
      assertThat(result.status()).isEqualTo(ExitStatus.NO);
      assertThat(result.err()).contains("Port " + taken.getLocalPort() + " is taken by java");
    }
  }
}
