package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.cli.terminal.ExitStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckCommandTest {

  @Test
  void tellsWhichAreTakenAndByWhom() throws Exception {
    try (PortAllocator allocator = PortAllocator.create()) {
      List<HeldPort> block =
          allocator.holdAll(PortRequest.named("block").count(3).contiguous().build());
      int first = block.get(0).number();
      block.get(1).close();
      CliProcess.Result check = CliProcess.run("check", first + "-" + (first + 2));
      assertThat(check.out().lines())
          .satisfiesExactly(
              one -> assertThat(one).startsWith(first + "  taken by ").contains("\"block\", held"),
              two -> assertThat(two).isEqualTo(first + 1 + "  free"),
              three -> assertThat(three).startsWith(first + 2 + "  taken by "),
              remark -> assertThat(remark).contains("only a hold keeps a port free"));
      assertThat(check.status()).isEqualTo(ExitStatus.NO);

      CliProcess.Result free = CliProcess.run("check", "--json", String.valueOf(first + 1));
      JsonNode json = Json.parse(free.out());
      assertThat(json.at("/free").asBoolean()).isTrue();
      assertThat(json.at("/ports/0/port").asInt()).isEqualTo(first + 1);
      assertThat(free.status()).isZero();

      assertThat(CliProcess.run("check", "--udp", String.valueOf(first)).status())
          .as("held for TCP only")
          .isZero();
    }
  }

  /** Whoever has the port: nobody may be sure that it is free on any machine. */
  @Test
  void tellsWhatMayBeWrongWithPortsThatCanBeBound() throws Exception {
    assertThat(CliProcess.run("check", "29999", "32767-32768", "6000").out().lines().limit(4))
        .satisfiesExactly(
            one -> assertThat(one).startsWith("29999  ").doesNotContain("redirect", "browsers"),
            two ->
                assertThat(two)
                    .startsWith("32767  ")
                    .endsWith(
                        "; a Kubernetes node or a rule of iptables may redirect it, although it can be bound (NodePorts are 30000-32767)"),
            three -> assertThat(three).startsWith("32768  ").doesNotContain("redirect"),
            four ->
                assertThat(four)
                    .startsWith("6000  ")
                    .endsWith("; browsers refuse to connect to it"));

    JsonNode json = Json.parse(CliProcess.run("check", "--json", "6000", "6001").out());
    assertThat(json.at("/ports/0/hints/0").asText()).isEqualTo("browsers refuse to connect to it");
    assertThat(json.at("/ports/1/hints").isEmpty()).isTrue();
  }

  /** Somebody may take the port after its release; the answer then is no, with the same hint. */
  @Test
  void aHintIsNoAnswer() throws Exception {
    int number;
    try (PortAllocator allocator = PortAllocator.create()) {
      number = allocator.hold(PortRequest.named("node").range(30100, 32700).build()).number();
    }
    CliProcess.Result check = CliProcess.run("check", String.valueOf(number));
    assertThat(check.out()).contains("; a Kubernetes node ");
    assertThat(check.status())
        .isEqualTo(check.out().startsWith(number + "  free;") ? ExitStatus.OK : ExitStatus.NO);
  }
}
