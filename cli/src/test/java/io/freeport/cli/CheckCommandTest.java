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
}
