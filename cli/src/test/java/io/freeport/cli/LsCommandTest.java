package io.freeport.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LsCommandTest {

  private static final long US = ProcessHandle.current().pid();

  @Test
  void listsOwnersAndTheirPorts() throws Exception {
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold(PortRequest.named("web").usedBy("TheTest").build());
      port.offer();
      CliProcess.Result ls = CliProcess.run("ls");
      assertThat(ls.status()).isZero();
      assertThat(ls.out())
          .contains("JVM " + US + " in " + Path.of("").toAbsolutePath() + " since ")
          .containsPattern(
              port.number() + " +tcp +offered +\\d\\d:\\d\\d:\\d\\d +\"web\" +TheTest\n");

      JsonNode json = Json.parse(CliProcess.run("ls", "--json").out());
      assertThat(holdsOfUs(json))
          .anySatisfy(
              hold -> {
                assertThat(hold.at("/port").asInt()).isEqualTo(port.number());
                assertThat(hold.at("/state").asText()).isEqualTo("offered");
                assertThat(hold.at("/usedBy").asText()).isEqualTo("TheTest");
              });
    }
  }

  private static JsonNode holdsOfUs(JsonNode json) {
    for (JsonNode owner : json.at("/owners")) {
      if (owner.at("/pid").asLong() == US) {
        return owner.at("/ports");
      }
    }
    throw new AssertionError("This JVM is not among the owners: " + json);
  }

  @Test
  void watchesOneBelowTheOtherWithoutATerminal() throws Exception {
    try (PortAllocator allocator = PortAllocator.create()) {
      int port = allocator.hold().number();
      List<String> command = List.of(CliProcess.command().get(0), "ls", "--watch=1");
      Process watch = CliProcess.builder(command, Map.of(), Path.of(".")).start();
      // Whoever reads from one that hangs would hang with it.
      CompletableFuture.delayedExecutor(2, TimeUnit.MINUTES).execute(watch::destroyForcibly);
      try (BufferedReader out = watch.inputReader(UTF_8)) {
        List<String> ofUs = new ArrayList<>();
        while (ofUs.size() < 2) {
          String line = out.readLine();
          assertThat(line).isNotNull().doesNotContain("\u001b");
          if (line.startsWith("  " + port + " ")) {
            ofUs.add(line);
          }
        }
      } finally {
        watch.destroyForcibly();
      }
    }
  }

  @Test
  void watchesInPlaceOnATerminal() throws Exception {
    try (PortAllocator allocator = PortAllocator.create();
        PseudoTerminal terminal = PseudoTerminal.start(Map.of(), "ls", "--watch=1")) {
      int port = allocator.hold().number();
      terminal.awaitText("\u001b[H\u001b[2J");
      terminal.awaitText("  " + port + " ");
      terminal.awaitText("\u001b[H\u001b[2J");
    }
  }
}
