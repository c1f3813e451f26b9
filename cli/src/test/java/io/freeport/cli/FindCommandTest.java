package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.cli.terminal.ExitStatus;
import java.util.List;
import org.junit.jupiter.api.Test;

class FindCommandTest {

  @Test
  void printsANumber() throws Exception {
    CliProcess.Result found = CliProcess.run("find");
    assertThat(found.err()).isEmpty();
    assertThat(Integer.parseInt(found.out().strip())).isBetween(1, 65535);
    assertThat(found.status()).isZero();
  }

  @Test
  void printsAsManyAsAreWanted() throws Exception {
    CliProcess.Result found =
        CliProcess.run("find", "--count", "3", "--contiguous", "--range", "20000-20999");
    List<Integer> ports = found.out().lines().map(Integer::valueOf).toList();
    assertThat(found.status()).isZero();
    assertThat(ports).hasSize(3).allMatch(port -> port >= 20000 && port <= 20999);
    assertThat(ports).containsExactly(ports.get(0), ports.get(0) + 1, ports.get(0) + 2);
  }

  @Test
  void printsAnyThatAreFree() throws Exception {
    CliProcess.Result found = CliProcess.run("find", "--count", "3", "--range", "20000-20999");
    assertThat(found.out().lines().map(Integer::valueOf).distinct())
        .hasSize(3)
        .allMatch(port -> port >= 20000 && port <= 20999);
    assertThat(found.status()).isZero();
  }

  @Test
  void printsTheNearestOneThatIsFree() throws Exception {
    try (PortAllocator allocator = PortAllocator.create()) {
      int taken = allocator.hold().number();
      CliProcess.Result found =
          CliProcess.run("find", "--udp", "--json", "--near", String.valueOf(taken));
      assertThat(Json.parse(found.out()).at("/ports/0").asInt())
          .as("that one is held for TCP only")
          .isEqualTo(taken);
      CliProcess.Result near = CliProcess.run("find", "--near", String.valueOf(taken));
      assertThat(Integer.parseInt(near.out().strip()))
          .isNotEqualTo(taken)
          .isBetween(taken - 100, taken + 100);
    }
  }

  @Test
  void saysNoIfThereAreNotSoMany() throws Exception {
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold();
      String range = port.number() + "-" + port.number();
      CliProcess.Result found = CliProcess.run("find", "--range", range);
      assertThat(found.status()).isEqualTo(ExitStatus.NO);
      assertThat(found.out()).isEmpty();
      assertThat(found.err()).startsWith("freeport: ").contains(String.valueOf(port.number()));
    }
  }

  @Test
  void asksForARangeThatIsOne() throws Exception {
    CliProcess.Result found = CliProcess.run("find", "--range", "2-1");
    assertThat(found.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(found.err()).contains("--range").contains("2-1");
  }
}
