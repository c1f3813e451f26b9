package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.internal.os.HostProcesses;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.owner.RecordedHold;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is held is on record, and a hold, which the system does not list, is named to whoever wants
 * the port.
 */
class HoldsOnRecordTest {

  @Test
  void followsAPortsLife() {
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold(PortRequest.named("db").usedBy("OrdersTest").build());
      assertThat(onRecord(port.number()))
          .singleElement()
          .satisfies(
              hold -> {
                assertThat(hold.name()).isEqualTo("db");
                assertThat(hold.usedBy()).isEqualTo("OrdersTest");
                assertThat(hold.protocol()).isEqualTo(Protocol.TCP);
                assertThat(hold.state()).isEqualTo(PortState.HELD);
              });
      port.offer();
      assertThat(onRecord(port.number()))
          .extracting(RecordedHold::state)
          .containsExactly(PortState.OFFERED);
      port.close();
      assertThat(onRecord(port.number())).isEmpty();
    }
  }

  private static List<RecordedHold> onRecord(int port) {
    return OwnerRegistry.of(Settings.ofThisJvm()).livingOwners().get(0).holds().stream()
        .filter(hold -> hold.port() == port)
        .toList();
  }

  @Test
  void aHoldOfThisJvmIsNamed() {
    try (PortAllocator allocator = PortAllocator.create()) {
      HeldPort port = allocator.hold(PortRequest.named("db").usedBy("OrdersTest").build());
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(
              () ->
                  allocator.hold(
                      PortRequest.named("web").preferred(port.number()).strict().build()))
          .withMessageMatching(
              "(?s)No TCP port for \"web\" can be had\\. Tried: %1$d \\(preferred\\)\\.\n"
                      .formatted(port.number())
                  + "  Port %1$d is taken by the FreePort hold of OrdersTest \\(pid %2$d, this JVM, \"db\", held, in .*\\) since .*"
                      .formatted(port.number(), ProcessHandle.current().pid()));
    }
  }

  @Test
  void aHoldOfAnotherJvmIsNamed() throws Exception {
    try (ChildJvm child = ChildJvm.start(HoldsOne.class)) {
      int port = Integer.parseInt(child.readLine());
      assertThat(PortDiagnosis.of(port).describe())
          .matches(
              "Port %d is taken by the FreePort hold of ShopTest \\(pid %d, \"web\", offered, in .*\\) since .*"
                  .formatted(port, child.pid()));
      child.kill();
      assertThat(PortDiagnosis.of(port).describe()).isEqualTo("Port " + port + " is free now.");
    }
  }

  /**
   * In a container whose first process does not ask after its children, a killed JVM stays listed
   * for ever.
   */
  @Test
  void aProcessThatNobodyHasAskedAfterIsGone() throws Exception {
    try (ChildJvm parent =
        ChildJvm.start(
            Map.of(),
            List.of("sh", "-c", "\"$@\" </dev/null & exec sleep 200", "sh"),
            List.of(),
            ChildJvm.classPath(),
            IsOwner.class)) {
      Owner owner = Owner.parse(parent.readLine());
      Path stat = Path.of("/proc/" + owner.pid() + "/stat");
      // The first thread is seen as ended before others are, which have the file until then.
      while (!Files.readString(stat).contains(") Z ") || threadsOf(owner) > 1) {
        Thread.onSpinWait();
      }
      assertThat(HostProcesses.startOf(owner.pid())).isEmpty();
      assertThat(OwnerRegistry.of(Settings.ofThisJvm()).judge(owner).isDead()).isTrue();
    }
  }

  private static int threadsOf(Owner owner) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + owner.pid() + "/task"))) {
      return (int) threads.count();
    }
  }

  static final class HoldsOne {
    private HoldsOne() {}

    public static void main(String[] args) throws IOException {
      HeldPort port =
          PortAllocator.create().hold(PortRequest.named("web").usedBy("ShopTest").build());
      port.offer();
      System.out.println(port.number());
      System.in.read();
    }
  }

  static final class IsOwner {
    private IsOwner() {}

    public static void main(String[] args) {
      System.out.println(OwnerRegistry.of(Settings.ofThisJvm()).self());
    }
  }
}
