package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.internal.os.WellKnownPorts;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import io.freeport.testing.Warnings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Machines that are not as usual: JVMs of their own, with limits, without IPv6, in network
 * namespaces.
 */
@EnabledOnOs(OS.LINUX)
class LimitsTest {

  @Test
  void tooFewDescriptorsIsAClearErrorAndNothingIsLost() throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            List.of("sh", "-c", "ulimit -n 1024; exec \"$@\"", "sh"),
            List.of(),
            ChildJvm.classPath(),
            HoldsTwoThousand.class)) {
      List<String> lines = child.readToEnd();
      assertThat(child.waitFor()).isZero();
      assertThat(lines.get(0))
          .isEqualTo("The operating system gives no socket for a TCP port: Too many open files.");
      assertThat(lines)
          .contains("  - Raise the limit of open files (ulimit -n); each held port needs one.")
          .anyMatch(
              line ->
                  line.matches(
                      "  - Release some of the \\d{3,4} ports that this allocator holds\\."))
          .endsWith("still held: true", "all released: true", "and held again: true");
    }
  }

  @Test
  void withoutIpv6InTheJvm() throws Exception {
    try (ChildJvm child =
        ChildJvm.start(Map.of(), List.of("-Djava.net.preferIPv4Stack=true"), HandsOver.class)) {
      assertThat(child.readToEnd())
          .containsExactly("held against 127.0.0.1 0.0.0.0", "SHARED TAKEN");
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void withoutIpv6InTheKernel() throws Exception {
    inNamespace(
        "sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
        "held against 127.0.0.1 0.0.0.0",
        "SHARED TAKEN");
  }

  @Test
  void aNarrowedEphemeralRangeIsKeptClearOf() throws Exception {
    try (ChildJvm child =
        namespace("sysctl -qw net.ipv4.ip_local_port_range='10100 65000'", ShowsPorts.class)) {
      assertThat(child.readToEnd())
          .allSatisfy(line -> assertThat(outside(line, 10100, 65000)).isTrue());
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void anEphemeralRangeThatLeavesNoOthersIsUsedWithOneWarning() throws Exception {
    try (ChildJvm child =
        namespace(
            "sysctl -qw net.ipv4.ip_local_port_range='1024 65535'", UsesEphemeralPorts.class)) {
      assertThat(child.readToEnd())
          .containsExactly(
              "SHARED, 150 ports, none well known, blocked or of Kubernetes: true",
              "near 40000: true",
              "[The ephemeral range (net.ipv4.ip_local_port_range is 1024-65535) leaves no other ports, so FreePort takes ports from it."
                  + " Docker and programs that bind port 0 take ports from there too:"
                  + " a container may take a port that is offered to somebody else, or fail to start because its port is held."
                  + " Narrow the range (sysctl -w net.ipv4.ip_local_port_range=\"32768 60999\"), or name the ports to use by freeport.ranges.]");
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void rangesAreTheCureOfSuchAnEphemeralRange() throws Exception {
    try (ChildJvm child =
        namespace(
            "sysctl -qw net.ipv4.ip_local_port_range='1024 65535'; export FREEPORT_RANGES=20000-20099",
            UsesEphemeralPorts.class)) {
      assertThat(child.readToEnd().get(2)).isEqualTo("[]");
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void whereEverythingIsReservedThereIsAClearError() throws Exception {
    try (ChildJvm child =
        namespace("sysctl -qw net.ipv4.ip_local_reserved_ports=1-65535", ShowsPorts.class)) {
      assertThat(child.readToEnd())
          .containsExactly(
              "No 50 TCP ports can be had. Tried: no ports at all (any).",
              "What to do:",
              "  - Have freeport.ranges, freeport.avoid and net.ipv4.ip_local_reserved_ports leave some ports"
                  + " (reserved or avoided are [1-65535]), or ask for a range of ports.");
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void nodePortsAreHeldWhenAllOthersAre() throws Exception {
    try (ChildJvm child =
        namespace(
            "sysctl -qw net.ipv4.ip_local_port_range='32768 65535' net.ipv4.ip_local_reserved_ports=10000-29959",
            ShowsPorts.class)) {
      List<Integer> numbers = child.readToEnd().stream().map(Integer::valueOf).toList();
      assertThat(numbers.subList(0, 40)).allMatch(number -> 29960 <= number && number < 30000);
      assertThat(numbers.subList(40, 50)).allMatch(number -> 30000 < number && number < 32768);
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void portsThatBrowsersRefuseOnlyForThoseWhoNameThem() throws Exception {
    try (ChildJvm child = namespace("true", NamesBlockedPorts.class)) {
      assertThat(child.readToEnd())
          .containsExactly(
              "range: [6664, 6670]",
              "No TCP port can be had. Tried: 2 ports from 6664 to 6670 (range).",
              "Not tried: [6665, 6666, 6667, 6668, 6669], since browsers refuse these ports."
                  + " To get one, name it by preferred(...), or as a range of one port.",
              "one port: 6665",
              "preferred: 6666, fallback: 6667, block: [6668, 6669]");
      assertThat(child.waitFor()).isZero();
    }
  }

  @Test
  void reservedPortsAreKeptClearOf() throws Exception {
    try (ChildJvm child =
        namespace(
            "sysctl -qw net.ipv4.ip_local_reserved_ports=10000-20000,20002-32767",
            ShowsPorts.class)) {
      assertThat(child.readToEnd())
          .allSatisfy(line -> assertThat(outside(line, 20002, 60999)).isTrue());
    }
  }

  /** Both JVMs keep their records in one folder. */
  @Test
  void aHoldInAnotherNetworkNamespaceIsNobodysHere() throws Exception {
    try (ChildJvm child = namespace("true", HoldsOne.class);
        ServerSocket here = new ServerSocket()) {
      int port = Integer.parseInt(child.readLine());
      here.setReuseAddress(false);
      here.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      PortDiagnosis diagnosis = PortDiagnosis.of(port);
      assertThat(diagnosis.occupants())
          .extracting(PortOccupant::kind)
          .containsExactly(PortOccupant.Kind.PROCESS);
      assertThat(OwnerRegistry.of(Settings.ofThisJvm()).livingOwners())
          .as("its record")
          .anyMatch(owner -> owner.holds().stream().anyMatch(hold -> hold.port() == port));
    }
  }

  static final class HoldsOne {
    private HoldsOne() {}

    public static void main(String[] args) throws IOException {
      System.out.println(PortAllocator.create().hold("sandbox").number());
      System.in.read();
    }
  }

  private static boolean outside(String line, int first, int last) {
    int port = Integer.parseInt(line);
    return port < first || port > last;
  }

  private static void inNamespace(String setting, String... expected) throws Exception {
    try (ChildJvm child = namespace(setting, HandsOver.class)) {
      assertThat(child.readToEnd()).containsExactly(expected);
      assertThat(child.waitFor()).isZero();
    }
  }

  /** A network namespace has settings of its own; making one needs root. */
  private static ChildJvm namespace(String setting, Class<?> main) throws Exception {
    Process attempt =
        new ProcessBuilder("unshare", "-n", "sh", "-c", "ip link set lo up && " + setting).start();
    String complaint =
        new String(
            attempt.getErrorStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    Assumptions.assumeTrue(
        attempt.waitFor() == 0, () -> "cannot make a network namespace: " + complaint);
    return ChildJvm.start(
        Map.of(),
        List.of(
            "unshare", "-n", "sh", "-c", "ip link set lo up; " + setting + "; exec \"$@\"", "sh"),
        List.of(),
        ChildJvm.classPath(),
        main);
  }

  static final class HoldsTwoThousand {
    private HoldsTwoThousand() {}

    public static void main(String[] args) {
      List<HeldPort> ports = new ArrayList<>();
      try (PortAllocator allocator = PortAllocator.create()) {
        String message = "none";
        try {
          for (int i = 0; i < 2_000; i++) {
            HeldPort port = allocator.hold();
            ports.add(port);
            if (i % 2 == 0) {
              port.offer(); // then its release looks for a leak, with a socket that is not to be
              // had
            }
          }
        } catch (PortUnavailableException e) {
          message = String.valueOf(e.getMessage());
        }
        boolean stillHeld = ports.stream().noneMatch(port -> port.state() == PortState.RELEASED);
        allocator.close();
        System.out.println(message);
        System.out.println("still held: " + stillHeld);
        System.out.println(
            "all released: " + ports.stream().allMatch(port -> port.state() == PortState.RELEASED));
      }
      try (PortAllocator allocator = PortAllocator.create()) {
        System.out.println("and held again: " + (allocator.holdAll(900).size() == 900));
      }
    }
  }

  static final class HandsOver {
    private HandsOver() {}

    public static void main(String[] args) throws Exception {
      try (PortAllocator allocator = PortAllocator.create()) {
        HeldPort port = allocator.hold();
        StringBuilder held = new StringBuilder("held against");
        for (String address : List.of("127.0.0.1", "0.0.0.0")) {
          try {
            new ServerSocket(port.number(), 1, InetAddress.getAllByName(address)[0]).close();
          } catch (BindException taken) {
            held.append(' ').append(address);
          }
        }
        System.out.println(held);
        port.offer();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
          server.bind(
              new InetSocketAddress(InetAddress.getAllByName("127.0.0.1")[0], port.number()));
          port.confirm();
          System.out.println(allocator.handoffMode() + " " + port.state());
        }
      }
    }
  }

  static final class UsesEphemeralPorts {
    private UsesEphemeralPorts() {}

    public static void main(String[] args) {
      try (Warnings warnings = Warnings.record()) {
        for (int i = 0; i < 3; i++) {
          try (PortAllocator allocator = PortAllocator.create()) {
            List<HeldPort> ports = allocator.holdAll(50);
            if (i == 2) {
              System.out.println(
                  allocator.handoffMode()
                      + ", 150 ports, none well known, blocked or of Kubernetes: "
                      + ports.stream()
                          .mapToInt(HeldPort::number)
                          .noneMatch(
                              number ->
                                  number < 10_000
                                      || WellKnownPorts.contains(number)
                                      || WellKnownPorts.isBlockedByBrowsers(number)
                                      || WellKnownPorts.NODE_PORTS.contains(number)));
              HeldPort near =
                  allocator.hold(PortRequest.named("").preferred(40_000).exclude(40_000).build());
              System.out.println("near 40000: " + (near.tier() == PortTier.RANGE));
            }
          }
        }
        System.out.println(warnings.messages());
      }
    }
  }

  static final class NamesBlockedPorts {
    private NamesBlockedPorts() {}

    public static void main(String[] args) {
      PortRequest.Builder irc = PortRequest.named("").range(6664, 6670);
      try (PortAllocator allocator = PortAllocator.create()) {
        System.out.println("range: " + numbers(allocator.holdAll(irc.count(2).build())));
        try {
          allocator.hold(irc.count(1).build());
        } catch (PortUnavailableException e) {
          String.valueOf(e.getMessage()).lines().limit(2).forEach(System.out::println);
        }
        System.out.println(
            "one port: "
                + allocator.hold(PortRequest.named("").range(6665, 6665).build()).number());
        PortRequest named = PortRequest.named("").preferred(6666).fallback(6667).build();
        PortRequest block = PortRequest.named("").preferred(6668).count(2).contiguous().build();
        System.out.println(
            "preferred: "
                + allocator.hold(named).number()
                + ", fallback: "
                + allocator.hold(named).number()
                + ", block: "
                + numbers(allocator.holdAll(block)));
      }
    }

    private static List<Integer> numbers(List<HeldPort> ports) {
      return ports.stream().map(HeldPort::number).sorted().toList();
    }
  }

  static final class ShowsPorts {
    private ShowsPorts() {}

    public static void main(String[] args) {
      try (PortAllocator allocator = PortAllocator.create()) {
        allocator.holdAll(50).forEach(port -> System.out.println(port.number()));
      } catch (PortUnavailableException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
