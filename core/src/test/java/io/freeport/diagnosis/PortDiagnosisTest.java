package io.freeport.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.diagnosis.PortOccupant.Kind;
import io.freeport.diagnosis.PortOccupant.Use;
import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class PortDiagnosisTest {

  private static final String UNKNOWN =
      "Port %d cannot be bound for TCP, and who has it cannot be told. The system does not list a socket that is bound without"
          + " listening, as another user's FreePort hold is, nor one of another network namespace; another user's may take that user's"
          + " rights, or root's, to be seen.";

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @Nested
  class OfAProcess {

    @ParameterizedTest
    @CsvSource({
      "tcp, 127.0.0.1, false, LISTENING, 127.0.0.1",
      "tcp, 127.0.0.1, true,  LISTENING, 127.0.0.1",
      "tcp, 0.0.0.0,   true,  LISTENING, 0.0.0.0",
      "tcp, ::1,       false, LISTENING, [::1]",
      "tcp, ::,        false, LISTENING, [::]",
      "udp, 127.0.0.1, false, UDP,       127.0.0.1",
      "udp, 127.0.0.1, true,  UDP,       127.0.0.1",
      "udp, ::1,       false, UDP,       [::1]",
      "udp, ::,        false, UDP,       [::]",
    })
    void thatHasASocket(String protocol, String host, boolean onlyIpv4, Use use, String address)
        throws Exception {
      assumeTrue(
          !host.contains(":") || Files.exists(Path.of("/proc/net/if_inet6")),
          "this machine has no IPv6");
      try (ChildJvm child =
          ChildJvm.start(
              Map.of(),
              List.of("-Djava.net.preferIPv4Stack=" + onlyIpv4),
              Occupies.class,
              protocol,
              host)) {
        int port = Integer.parseInt(child.readLine());

        PortDiagnosis diagnosis = PortDiagnosis.of(port);

        assertThat(PortDiagnosis.isFree(port, protocol.equals("udp") ? Protocol.UDP : Protocol.TCP))
            .isFalse();
        PortOccupant expected = java(child.pid(), use, address + ":" + port);
        assertThat(diagnosis.occupants()).containsExactly(expected);
        assertThat(OshiOccupantFinder.find(port)).as("by OSHI").containsExactly(expected);
        assertThat(diagnosis.describe())
            .isEqualTo("Port %d is taken by %s.", port, expected.describe());
      }
    }

    @Test
    void thatListensOnSeveralAddresses() throws Exception {
      try (ServerSocket one = listen("127.0.0.1", 0);
          ServerSocket two = listen("127.0.0.2", one.getLocalPort())) {
        int port = two.getLocalPort();
        assertThat(PortDiagnosis.of(port).describe())
            .endsWith(", listening on 127.0.0.1:%d and 127.0.0.2:%d.".formatted(port, port));
      }
    }

    /** Its accepted connections have the port too, and are left out. */
    @Test
    void thatServes() throws Exception {
      try (ServerSocket server = listen("127.0.0.1", 0);
          Socket client = new Socket(LOOPBACK, server.getLocalPort());
          Socket accepted = server.accept()) {
        assertThat(accepted.getLocalPort()).isNotEqualTo(client.getLocalPort());
        assertThat(PortDiagnosis.of(server.getLocalPort()).occupants())
            .containsExactly(thisJvm(Use.LISTENING, "127.0.0.1:" + server.getLocalPort()));
      }
    }

    /** What a stopped server leaves: first a connection that somebody still has, then TIME_WAIT. */
    @Test
    void thatServed() throws Exception {
      ServerSocket server = listen("127.0.0.1", 0);
      int port = server.getLocalPort();
      try (Socket client = new Socket(LOOPBACK, port)) {
        Socket accepted = server.accept();
        server.close();
        assertThat(PortDiagnosis.of(port).occupants())
            .containsExactly(thisJvm(Use.CONNECTED, "127.0.0.1:" + port));

        accepted.close();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(PortDiagnosis.of(port).describe())
          .isEqualTo(
              "Port %d is taken by the operating system, for up to a minute, closing connections of 127.0.0.1:%d.",
              port, port);
    }

    @Test
    void thatHasItForUdpWhileSomebodyUnknownHasItForTcp() throws Exception {
      try (Socket silent = boundSilently()) {
        int port = silent.getLocalPort();
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, port))) {
          assertThat(socket.isBound()).isTrue();
          assertThat(PortDiagnosis.of(port).describe())
              .isEqualTo(
                  "Port %d is taken by %s. " + UNKNOWN,
                  port,
                  thisJvm(Use.UDP, "127.0.0.1:" + port).describe(),
                  port);
        }
      }
    }
  }

  /** UDP is taken, TCP is free. */
  @ParameterizedTest
  @EnumSource(
      value = Protocol.class,
      names = {"UDP", "TCP_AND_UDP"})
  void theProtocolThatIsTakenIsNamed(Protocol protocol) throws IOException {
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
        PortAllocator allocator = PortAllocator.create()) {
      int port = socket.getLocalPort();
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(
              () ->
                  allocator.hold(
                      PortRequest.named("x").preferred(port).strict().protocol(protocol).build()))
          .withMessageContaining("this JVM, ")
          .withMessageContaining("bound to UDP 127.0.0.1:" + port)
          .withMessageContaining("  - Stop what has " + port + ".")
          .withMessageNotContaining("for TCP");
    }
  }

  @Test
  void nobodyIsToBeStoppedIfNobodyIsFound() throws IOException {
    try (Socket silent = boundSilently();
        PortAllocator allocator = PortAllocator.create()) {
      PortRequest request =
          PortRequest.named("x").preferred(silent.getLocalPort()).strict().build();
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.hold(request))
          .withMessageContaining("cannot be bound for TCP, and who has it cannot be told.")
          .withMessageNotContaining("Stop what has");
    }
  }

  @Test
  void aFreePort() {
    PortAllocator allocator = PortAllocator.create();
    int port = allocator.hold().number();
    allocator.close();
    PortDiagnosis diagnosis = PortDiagnosis.of(port);
    assertThat(diagnosis.occupants()).isEmpty();
    assertThat(diagnosis.describe()).isEqualTo("Port %d is free now.", port);
  }

  @Test
  void aBoundSocketIsNotListedByTheSystemSoNothingIsClaimed() throws IOException {
    try (Socket silent = boundSilently()) {
      int port = silent.getLocalPort();
      PortDiagnosis diagnosis = PortDiagnosis.of(port);
      assertThat(diagnosis.occupants()).isEmpty();
      assertThat(diagnosis.describe()).isEqualTo(UNKNOWN, port);
    }
  }

  /** As a hold is, but on no record. */
  private static Socket boundSilently() throws IOException {
    Socket socket = new Socket();
    socket.setReuseAddress(false);
    socket.bind(new InetSocketAddress(0));
    return socket;
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65536})
  void noPort(int port) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortDiagnosis.of(port))
        .withMessage("Not a port: %d. Expected a number from 1 to 65535.", port);
  }

  @Nested
  class InAnotherJvm {

    @Test
    void withoutOshi() throws Exception {
      String withoutOshi =
          Stream.of(ChildJvm.classPath().split(File.pathSeparator))
              .filter(entry -> !entry.contains("oshi"))
              .collect(Collectors.joining(File.pathSeparator));
      try (Socket silent = boundSilently();
          ServerSocket server = listen("127.0.0.1", 0)) {
        int port = silent.getLocalPort();
        assertThat(diagnose(List.of(), List.of(), withoutOshi, port)).isEqualTo(UNKNOWN, port);
        assertThat(diagnose(List.of(), List.of(), withoutOshi, server.getLocalPort()))
            .startsWith(
                "Port "
                    + server.getLocalPort()
                    + " is taken by java (pid "
                    + ProcessHandle.current().pid());
      }
    }

    @Test
    void withFindersOfOthersOfWhichSomeAreBroken(@TempDir Path services) throws Exception {
      Path file = services.resolve("META-INF/services/" + PortOccupantFinder.class.getName());
      Files.createDirectories(file.getParent());
      Files.writeString(
          file,
          String.join(
              "\n",
              CannotBeCreated.class.getName(),
              Throws.class.getName(),
              Knows.class.getName(),
              "io.freeport.IsMissing"));
      String classPath = ChildJvm.classPath() + File.pathSeparator + services;
      try (Socket silent = boundSilently()) {
        int port = silent.getLocalPort();
        assertThat(diagnose(List.of(), List.of(), classPath, port))
            .isEqualTo("Port %d is taken by container known (busybox:1.35).", port);
      }
    }

    /** Address and use are open to everybody; which process it is, only to its user and root. */
    @Test
    void ofAnotherUser(@TempDir Path copies) throws Exception {
      assumeTrue(
          Files.isExecutable(Path.of("/usr/bin/setpriv"))
              && "root".equals(System.getProperty("user.name")),
          "only root can become another user, by setpriv");
      try (ServerSocket server = listen("127.0.0.1", 0)) {
        int port = server.getLocalPort();
        List<String> asNobody =
            List.of("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
        assertThat(diagnose(asNobody, List.of(), ChildJvm.copyOfClassPath(copies), port))
            .isEqualTo(
                "Port %d is taken by a process that cannot be seen from here (it is another user's or of another pid namespace;"
                    + " root may see it), listening on 127.0.0.1:%d.",
                port, port);
      }
    }

    private static String diagnose(
        List<String> launcher, List<String> options, String classPath, int port) throws Exception {
      try (ChildJvm child =
          ChildJvm.start(Map.of(), launcher, options, classPath, Diagnoses.class, port)) {
        String description = child.readLine();
        assertThat(child.waitFor()).isZero();
        return description;
      }
    }
  }

  private static ServerSocket listen(String host, int port) throws IOException {
    return new ServerSocket(port, 50, InetAddress.getByName(host));
  }

  private static PortOccupant thisJvm(Use use, String address) {
    return java(ProcessHandle.current().pid(), use, address);
  }

  private static PortOccupant java(long pid, Use use, String address) {
    ProcessHandle.Info info = ProcessHandle.of(pid).orElseThrow().info();
    assertThat(info.user()).isPresent();
    assertThat(info.startInstant()).isPresent();
    return new PortOccupant(
        Kind.PROCESS,
        use,
        "java",
        OptionalLong.of(pid),
        info.user(),
        info.startInstant(),
        List.of(address),
        List.of());
  }

  static final class Occupies {
    private Occupies() {}

    public static void main(String[] args) throws Exception {
      if (args[0].equals("udp")) {
        try (DatagramSocket socket = udp(args[1])) {
          System.out.println(socket.getLocalPort());
          System.in.read();
        }
      } else {
        try (ServerSocket socket = listen(args[1], 0)) {
          System.out.println(socket.getLocalPort());
          System.in.read();
        }
      }
    }
  }

  /** A number with a TCP connection in TIME_WAIT will not do: that would be told of as well. */
  private static DatagramSocket udp(String host) throws IOException {
    try (ServerSocket tcp = new ServerSocket()) {
      tcp.setReuseAddress(false);
      tcp.bind(new InetSocketAddress(host, 0));
      return new DatagramSocket(tcp.getLocalSocketAddress());
    }
  }

  static final class Diagnoses {
    private Diagnoses() {}

    public static void main(String[] args) {
      System.out.println(PortDiagnosis.of(Integer.parseInt(args[0])).describe());
    }
  }

  public static final class CannotBeCreated implements PortOccupantFinder {
    public CannotBeCreated() {
      throw new IllegalStateException("on purpose");
    }

    @Override
    public List<PortOccupant> find(int port) {
      return List.of();
    }
  }

  public static final class Throws implements PortOccupantFinder {
    public Throws() {}

    @Override
    public List<PortOccupant> find(int port) {
      throw new IllegalStateException("on purpose");
    }
  }

  public static final class Knows implements PortOccupantFinder {
    public Knows() {}

    @Override
    public List<PortOccupant> find(int port) {
      return List.of(
          new PortOccupant(
              Kind.CONTAINER,
              Use.LISTENING,
              "known",
              OptionalLong.empty(),
              Optional.empty(),
              Optional.empty(),
              List.of(),
              List.of("busybox:1.35")));
    }
  }
}
