package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.testing.ChildJvm;
import io.freeport.testing.GermanTexts;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * JVMs whose system errors are in German: they behave as those in English, and FreePort says the
 * same.
 */
@EnabledOnOs(OS.LINUX)
class LocaleTest {

  private static final Path UNPRIVILEGED = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  private static final int FORBIDDEN = 81;

  private static Map<String, String> german;

  @BeforeAll
  static void germanTexts(@TempDir Path folder) throws Exception {
    german = GermanTexts.environment(folder);
  }

  @Test
  void aConsumerThatOnlySaysThatItsPortIsTakenIsStartedAgain() throws Exception {
    assertThat(run(german, List.of(), LosesItsFirstPort.class))
        .containsExactly("Failed: Die Adresse wird bereits verwendet", "started on another port");
    assertThat(run(Map.of(), List.of(), LosesItsFirstPort.class))
        .last()
        .isEqualTo("started on another port");
  }

  @Test
  void aPortThatThisUserMayNotBind() throws Exception {
    assumeTrue(
        Integer.parseInt(Files.readAllLines(UNPRIVILEGED).get(0)) > FORBIDDEN,
        "everybody may bind port " + FORBIDDEN + " here");
    List<String> inGerman = run(german, withoutRights(), WantsAForbiddenPort.class);
    assertThat(inGerman)
        .contains(
            "Some of them need rights that this process does not have.",
            "  - Ask for ports from 1024 on, or run with the right to bind lower ones.",
            "Port 81 is free now. The system does not let this user bind it.",
            "is taken: false")
        .isEqualTo(run(Map.of(), withoutRights(), WantsAForbiddenPort.class));
  }

  @Test
  void anAddressThatThisMachineDoesNotHave() throws Exception {
    assertThat(run(german, List.of(), WantsAForeignAddress.class))
        .isEqualTo(run(Map.of(), List.of(), WantsAForeignAddress.class))
        .first()
        .isEqualTo(
            "The operating system gives no socket for a TCP port on 203.0.113.7: Cannot assign requested address.");
  }

  @Test
  void tooManyOpenFiles() throws Exception {
    List<String> fewFiles = List.of("sh", "-c", "ulimit -n 1024; exec \"$@\"", "sh");
    List<String> lines = run(german, fewFiles, LimitsTest.HoldsTwoThousand.class);
    assertThat(lines.get(0))
        .isEqualTo("The operating system gives no socket for a TCP port: Too many open files.");
    assertThat(lines)
        .contains("  - Raise the limit of open files (ulimit -n); each held port needs one.")
        .endsWith("still held: true", "all released: true", "and held again: true");
  }

  /** Root may bind every port, unless it gives up that right. */
  private static List<String> withoutRights() throws IOException, InterruptedException {
    if (!System.getProperty("user.name").equals("root")) {
      return List.of();
    }
    List<String> setpriv = List.of("setpriv", "--bounding-set=-net_bind_service");
    List<String> attempt = new ArrayList<>(setpriv);
    attempt.add("true");
    assumeTrue(
        new ProcessBuilder(attempt).start().waitFor() == 0, "root cannot give up rights here");
    return setpriv;
  }

  private static List<String> run(
      Map<String, String> environment, List<String> launcher, Class<?> main) throws Exception {
    try (ChildJvm child =
        ChildJvm.start(environment, launcher, List.of(), ChildJvm.classPath(), main)) {
      List<String> lines = child.readToEnd();
      assertThat(child.waitFor()).isZero();
      return lines;
    }
  }

  static final class LosesItsFirstPort {
    private LosesItsFirstPort() {}

    public static void main(String[] args) throws Exception {
      List<ServerSocket> thieves = new ArrayList<>();
      try (PortAllocator allocator = PortAllocator.create();
          ServerSocket server =
              allocator
                  .startOn(
                      PortRequest.any(),
                      port -> {
                        if (thieves.isEmpty()) {
                          thieves.add(new ServerSocket(port.number()));
                        }
                        return listen(port.number());
                      })
                  .consumer()) {
        System.out.println(
            server.getLocalPort() == thieves.get(0).getLocalPort()
                ? "started on the same port"
                : "started on another port");
        thieves.get(0).close();
      }
    }

    /** As servers with sockets of their own: no {@link BindException}, only its text. */
    private static ServerSocket listen(int port) throws IOException {
      try {
        return new ServerSocket(port);
      } catch (BindException e) {
        System.out.println("Failed: " + e.getMessage());
        throw new IOException("bind(..) failed: " + e.getMessage());
      }
    }
  }

  static final class WantsAForbiddenPort {
    private WantsAForbiddenPort() {}

    public static void main(String[] args) {
      try (PortAllocator allocator = PortAllocator.create()) {
        allocator.hold(PortRequest.named("web").preferred(FORBIDDEN).strict().build());
      } catch (PortUnavailableException e) {
        System.out.println(e.getMessage());
      }
      System.out.println(PortDiagnosis.of(FORBIDDEN).describe());
      System.out.println("is taken: " + PortDiagnosis.isTaken(FORBIDDEN, Protocol.TCP));
    }
  }

  static final class WantsAForeignAddress {
    private WantsAForeignAddress() {}

    public static void main(String[] args) throws IOException {
      InetAddress foreign = InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 7});
      try (PortAllocator allocator = PortAllocator.create()) {
        allocator.hold(PortRequest.named("").address(foreign).build());
      } catch (PortUnavailableException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
