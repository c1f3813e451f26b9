package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Names that anybody may give to a process or a test do not reach a terminal as they are. */
class OutsideTextTest {

  private static final Path NAME = Path.of("/proc/self/comm");
  private static final String HOSTILE = "\u001b[2J\u001b[31mpg\u0007\nx";

  @Test
  void theNameOfAProcess() throws Exception {
    assumeTrue(Files.isWritable(NAME), "only Linux has processes that name themselves");
    String before = Files.readString(NAME).strip();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.writeString(NAME, HOSTILE);
      String port = Integer.toString(server.getLocalPort());
      for (String command : List.of("who", "check", "kill")) {
        assertHarmless(port, command, port);
        assertThat(CliProcess.run(command, port).out()).contains("\\u001b[2J\\u001b[31mpg");
      }
      assertHarmless(port, "who", "--json", port);
      assertHarmless(port, "check", "--json", port);
    } finally {
      Files.writeString(NAME, before);
    }
  }

  @Test
  void theNamesOfPortsAndTests() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2; i++) {
      byte[] bytes = new byte[40];
      random.nextBytes(bytes);
      String noise = new String(bytes, StandardCharsets.ISO_8859_1);
      try (PortAllocator allocator = PortAllocator.create()) {
        HeldPort held =
            allocator.hold(
                PortRequest.named(HOSTILE + noise)
                    .usedBy("\u202eTest\r\nok   all" + noise)
                    .build());
        String port = Integer.toString(held.number());
        String about = "seed " + seed;
        assertHarmless(about, "who", port);
        assertHarmless(about, "ls");
        assertHarmless(about, "ls", "--json");
        assertThat(CliProcess.run("ls").out()).as(about).contains("\\u001b[2J\\u001b[31mpg");
      }
    }
  }

  @Test
  void whatAUserWrites() throws Exception {
    assertHarmless("a file", "config", "validate", "--plan", "\u001b[2J.yaml");
  }

  private static void assertHarmless(String about, String... command) throws Exception {
    CliProcess.Result result = CliProcess.run(command);
    assertThat(result.out() + result.err())
        .as("%s: %s", about, List.of(command))
        .isNotEmpty()
        .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\n\t]]")
        .doesNotContainPattern("(?m)^(x|ok )");
  }
}
