package io.freeport.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** JVMs that are forks of this one, which stands for Maven. */
class BuildPortsTest {

  private final String name = "test-" + UUID.randomUUID();
  private final List<ChildJvm> forks = new ArrayList<>();

  @AfterEach
  void endForks() {
    forks.forEach(ChildJvm::close);
  }

  private ChildJvm fork(String... options) throws IOException {
    ChildJvm fork = ChildJvm.start(Map.of(), List.of(options), Fork.class, name);
    forks.add(fork);
    return fork;
  }

  /** Returns the number and the state. */
  private static String[] ask(ChildJvm fork, String what) throws IOException {
    fork.send(what);
    return fork.readLine().split(" ", -1);
  }

  private static int number(ChildJvm fork, String state) throws IOException {
    String[] answer = ask(fork, "hold");
    assertThat(answer[1]).isEqualTo(state);
    return Integer.parseInt(answer[0]);
  }

  /** Somebody who has nothing to do with the build, and asks for no number. */
  private static boolean isFree(int port) throws IOException {
    try {
      Hold.exclusive(Protocol.TCP, null, port).close();
      return true;
    } catch (BindException held) {
      return false;
    }
  }

  @Test
  void allForksHaveOneNumber() throws Exception {
    Set<Integer> numbers = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      fork().send("hold"); // all at once
    }
    for (ChildJvm fork : forks) {
      String[] answer = fork.readLine().split(" ", -1);
      assertThat(answer[1]).isEqualTo("OFFERED");
      numbers.add(Integer.parseInt(answer[0]));
    }
    assertThat(numbers).hasSize(1);
  }

  @Test
  void whenTheFirstIsKilledTheOthersStillHoldIt() throws Exception {
    ChildJvm first = fork();
    int port = number(first, "OFFERED");
    ChildJvm second = fork();
    assertThat(number(second, "OFFERED")).isEqualTo(port);
    first.kill();
    assertThat(isFree(port)).isFalse();
    assertThat(ask(second, "listen")[1]).isEqualTo("OFFERED");
    assertThat(number(fork(), "TAKEN")).isEqualTo(port);

    forks.forEach(ChildJvm::close);
    assertThat(isFree(port)).as("this test can tell").isTrue();
  }

  /** Nobody can bind beside somebody who listens; but then nobody else can have the port either. */
  @Test
  void whoComesWhileTheServiceRunsHoldsThePortLater() throws Exception {
    ChildJvm first = fork();
    int port = number(first, "OFFERED");
    ask(first, "listen");
    ChildJvm second = fork();
    assertThat(number(second, "TAKEN")).isEqualTo(port);

    ask(first, "stop");
    assertThat(number(second, "OFFERED")).isEqualTo(port);
    first.kill();
    assertThat(isFree(port)).isFalse();
  }

  @Test
  void aServiceThatHasStoppedCanBeStartedByAnyOfThem() throws Exception {
    ChildJvm first = fork();
    int port = number(first, "OFFERED");
    ask(first, "listen");
    ChildJvm second = fork();
    assertThat(number(second, "TAKEN")).isEqualTo(port);
    ask(first, "stop");
    assertThat(ask(second, "offer")).containsExactly(String.valueOf(port), "OFFERED");
    assertThat(ask(second, "listen")).containsExactly(String.valueOf(port), "OFFERED");
    ask(second, "confirm");
    first.kill();
    ask(second, "stop");
    assertThat(isFree(port)).as("the hold was kept beside the service").isFalse();
  }

  @Test
  void whoComesLaterHasTheNumberAgain() throws Exception {
    ChildJvm first = fork();
    int port = number(first, "OFFERED");
    first.kill();
    assertThat(number(fork(), "OFFERED")).isEqualTo(port);
  }

  /** Another version of FreePort may have written more words, and tiers of its own. */
  @Test
  void whatAnotherVersionWroteIsUnderstood() throws Exception {
    ChildJvm first = fork();
    int port = number(first, "OFFERED");
    Path record = recordOf("port:" + name);
    List<String> lines = Files.readAllLines(record);
    lines.set(0, port + " NEIGHBOR since yesterday");
    lines.set(1, lines.get(1) + " with more");
    lines.add("2|another-form");
    Files.write(record, lines);
    assertThat(number(fork(), "OFFERED")).isEqualTo(port);
  }

  private static Path recordOf(String name) throws IOException {
    Path builds = OwnerRegistry.of(Settings.ofThisJvm()).directory().resolve("builds");
    String file = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)) + ".share";
    try (Stream<Path> all = Files.walk(builds)) {
      return all.filter(path -> path.endsWith(file)).findAny().orElseThrow();
    }
  }

  @Test
  void unlessSomebodyElseHasIt() throws Exception {
    ChildJvm first = fork();
    int port = number(first, "OFFERED");
    first.kill();
    Hold stranger = Hold.exclusive(Protocol.TCP, null, port);
    try {
      assertThat(number(fork(), "OFFERED")).isNotEqualTo(port);
    } finally {
      stranger.close();
    }
  }

  /** The last one with a hold ends, then the service: now another FreePort may get the port. */
  @Test
  void aNumberThatWasLostIsGivenUp() throws Exception {
    ChildJvm first = fork();
    int port = number(first, "OFFERED");
    ask(first, "listen");
    ChildJvm second = fork();
    assertThat(number(second, "TAKEN")).isEqualTo(port);
    first.kill();
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort stolen = allocator.hold(PortRequest.named("").preferred(port).strict().build());
      assertThat(stolen.state()).isEqualTo(PortState.HELD);
      assertThat(number(second, "TAKEN")).isEqualTo(port);
      assertThat(number(fork(), "OFFERED")).isNotEqualTo(port);
      stolen.offer();
      assertThat(number(second, "TAKEN")).as("a shared bind would succeed").isEqualTo(port);
    }
    assertThat(number(second, "OFFERED")).as("after its release").isEqualTo(port);
  }

  /** So an exclusive bind fails for a minute, and nobody of the build has a hold. */
  @Test
  void theNumberIsKeptInTimeWait() throws Exception {
    ChildJvm first = fork();
    int port = number(first, "OFFERED");
    first.kill();
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(port, 1, loopback);
        Socket client = new Socket(loopback, port);
        Socket accepted = server.accept()) {
      accepted.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(isFree(port)).isFalse();
    assertThat(number(fork(), "OFFERED")).isEqualTo(port);
  }

  @Test
  void wherePortsAreNotSharedTheNumberIsAgreedUpon() throws Exception {
    ChildJvm first = fork("-Dfreeport.handoff=close-then-bind");
    int port = number(first, "OFFERED");
    ChildJvm second = fork("-Dfreeport.handoff=close-then-bind");
    assertThat(number(second, "OFFERED")).isEqualTo(port);
    assertThat(isFree(port)).isTrue();
  }

  @Test
  void oneJvmHasOneHold() {
    try (PortAllocator allocator = PortAllocator.create()) {
      PortRequest request = PortRequest.named("db").build();
      HeldPort port = BuildPorts.ofThisJvm().hold(name, allocator, request);
      assertThat(BuildPorts.ofThisJvm().hold(name, allocator, request)).isSameAs(port);
      port.close();
      HeldPort next = BuildPorts.ofThisJvm().hold(name, allocator, request);
      assertThat(next).isNotSameAs(port);
      assertThat(next.number()).isEqualTo(port.number());
    }
  }

  /** The other JVMs would go on with the old number. */
  @Test
  void cannotBeExchanged() {
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = BuildPorts.ofThisJvm().hold(name, allocator, PortRequest.named("db").build());
      assertThatIllegalStateException()
          .isThrownBy(port.handover()::exchange)
          .withMessageContaining("is that of all JVMs of the build");
    }
  }

  @Test
  void onlyTcpCanBeShared() {
    try (PortAllocator allocator = PortAllocator.create()) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  BuildPorts.ofThisJvm()
                      .hold(
                          name, allocator, PortRequest.named("dns").protocol(Protocol.UDP).build()))
          .withMessageContaining("Only single TCP ports");
    }
  }

  static final class Fork {

    public static void main(String[] args) throws IOException {
      PortAllocator allocator = PortAllocator.create();
      ServerSocket server = new ServerSocket();
      Scanner commands = new Scanner(System.in, StandardCharsets.UTF_8);
      PortRequest request = PortRequest.named("db").build();
      HeldPort port = null;
      while (commands.hasNextLine()) {
        String command = commands.nextLine();
        if (port == null || command.equals("hold")) {
          port = BuildPorts.ofThisJvm().hold(args[0], allocator, request);
        }
        switch (command) {
          case "listen" -> server.bind(new InetSocketAddress(port.number()));
          case "offer" -> port.offer();
          case "confirm" -> port.confirm();
          case "stop" -> server.close();
          default -> {}
        }
        System.out.println(port.number() + " " + port.state());
      }
    }
  }
}
