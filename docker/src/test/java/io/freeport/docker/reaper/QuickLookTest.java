package io.freeport.docker.reaper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freeport.docker.testing.SocketEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class QuickLookTest {

  private static final String OK = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n";

  @TempDir Path folder;

  private boolean findsNothing(String containers, String networks, String volumes)
      throws IOException {
    Path socket = folder.resolve("docker.sock");
    try (SocketEngine engine =
        SocketEngine.listenOn(
            socket,
            line ->
                line.startsWith("GET /containers/json?all=1&filters=%7B%22label%22%3A%5B%22io.free")
                    ? containers
                    : line.startsWith("GET /networks?filters=") ? networks : volumes)) {
      return QuickLook.findsNothing(socket);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "[]; []; {\"Volumes\":[],\"Warnings\":null}; true",
        "[]; []; {\"Volumes\":null,\"Warnings\":null}; true",
        "[{\"Id\":\"1\"}]; []; {\"Volumes\":[],\"Warnings\":null}; false",
        "[]; [{\"Id\":\"1\"}]; {\"Volumes\":[],\"Warnings\":null}; false",
        "[]; []; {\"Volumes\":[{\"Name\":\"data\"}],\"Warnings\":null}; false",
        "[]; []; {\"message\":\"broken\"}; false",
        "null; []; {\"Volumes\":[],\"Warnings\":null}; false",
        "''; []; {\"Volumes\":[],\"Warnings\":null}; false",
      })
  void whatIsThere(String containers, String networks, String volumes, boolean isNothing)
      throws IOException {
    assertThat(findsNothing(OK + containers + "\n", OK + networks + "\n", OK + volumes + "\n"))
        .isEqualTo(isNothing);
  }

  @Test
  void anAnswerThatIsNotUnderstoodTellsNothing() throws IOException {
    String volumes = OK + "{\"Volumes\":[],\"Warnings\":null}";
    for (String answer :
        List.of(
            "HTTP/1.0 403 Forbidden\r\n\r\n[]",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
            "HTTP/1.0 200 OK\r\n",
            "[]",
            OK + "[" + " ".repeat(100_000) + "]")) {
      assertThat(findsNothing(answer, OK + "[]", volumes)).as(answer).isFalse();
    }
  }

  @Test
  void withoutAnEngineItFails() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> QuickLook.findsNothing(folder.resolve("nobody.sock")));
  }
}
