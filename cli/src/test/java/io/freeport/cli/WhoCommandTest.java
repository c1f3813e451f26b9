package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.cli.terminal.ExitStatus;
import org.junit.jupiter.api.Test;

class WhoCommandTest {

  @Test
  void tellsAProcess() throws Exception {
    try (Listener listener = Listener.start(false)) {
      CliProcess.Result who = CliProcess.run("who", String.valueOf(listener.port()));
      assertThat(who.status()).isZero();
      assertThat(who.err()).isEmpty();
      assertThat(who.out())
          .startsWith("Port " + listener.port() + " is taken by java (pid " + listener.pid() + ", ")
          .contains("listening on 127.0.0.1:" + listener.port());

      JsonNode json =
          Json.parse(CliProcess.run("who", "--json", String.valueOf(listener.port())).out());
      assertThat(json.at("/taken").asBoolean()).isTrue();
      assertThat(json.at("/occupants/0/kind").asText()).isEqualTo("process");
      assertThat(json.at("/occupants/0/pid").asLong()).isEqualTo(listener.pid());
      assertThat(json.at("/occupants/0/use").asText()).isEqualTo("listening");
    }
  }

  @Test
  void tellsAHold() throws Exception {
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold(PortRequest.named("db").usedBy("TheTest").build());
      CliProcess.Result who = CliProcess.run("who", String.valueOf(port.number()));
      assertThat(who.status()).isZero();
      assertThat(who.out())
          .contains("is taken by the FreePort hold of TheTest")
          .contains("pid " + ProcessHandle.current().pid())
          .contains("\"db\", held");
    }
  }

  @Test
  void tellsThatNobodyHasIt() throws Exception {
    int port;
    try (PortAllocator allocator = PortAllocator.create()) {
      port = allocator.hold().number();
    }
    CliProcess.Result who = CliProcess.run("who", String.valueOf(port));
    assertThat(who.out()).isEqualTo("Port " + port + " is free now.\n");
    assertThat(who.status()).isEqualTo(ExitStatus.NO);
  }

  @Test
  void asksForAPort() throws Exception {
    CliProcess.Result none = CliProcess.run("who", "70000");
    assertThat(none.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(none.err())
        .isEqualTo("freeport: Not a port: 70000. Expected a number from 1 to 65535.\n");
    assertThat(CliProcess.run("who", "http").status()).isEqualTo(ExitStatus.USAGE);
  }
}
