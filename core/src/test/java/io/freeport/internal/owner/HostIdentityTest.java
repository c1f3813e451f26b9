package io.freeport.internal.owner;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.internal.owner.HostIdentity.Relation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostIdentityTest {

  private static final String BOOT = "6f1c2b8e-9f58-4c9e-8d3d-2f9f3a1b0c4d";
  private static final String EARLIER = "00000000-9f58-4c9e-8d3d-2f9f3a1b0c4d";
  private static final String HERE = "0123456789ab." + BOOT + ".4026531836";

  @ParameterizedTest
  @CsvSource({
    "0123456789ab." + BOOT + ".4026531836, SAME",
    "-." + BOOT + ".4026531836, SAME",
    BOOT + ".4026531836, SAME", // as older versions have it
    "0123456789ab." + BOOT + ".4026531837, OTHER_NAMESPACE",
    "-." + BOOT + ".4026531837, OTHER_NAMESPACE",
    "0123456789ab." + BOOT + ".4026531836.4026532179, SAME",
    "0123456789ab." + BOOT + ".4026531836.x, ELSEWHERE",
    "ffffffffffff." + BOOT + ".4026531836, ELSEWHERE", // restored from the same snapshot
    "ffffffffffff." + BOOT + ".4026531837, ELSEWHERE",
    "0123456789ab." + EARLIER + ".4026531836, OTHER_BOOT",
    "ffffffffffff." + EARLIER + ".4026531836, ELSEWHERE",
    "-." + EARLIER + ".4026531836, ELSEWHERE",
    EARLIER + ".4026531836, ELSEWHERE",
    "0123456789ab.BOOT.4026531836, ELSEWHERE",
    "0123456789ab, ELSEWHERE",
    "host.example.org, ELSEWHERE",
  })
  void relation(String other, Relation relation) {
    assertThat(HostIdentity.parse(HERE).relationOf(HostIdentity.parse(other))).isEqualTo(relation);
  }

  @Test
  void aMachineThatIsNotKnownIsNoReasonToThinkOfAnEarlierBoot() {
    assertThat(
            HostIdentity.parse("-." + BOOT + ".1")
                .relationOf(HostIdentity.parse("-." + EARLIER + ".1")))
        .isEqualTo(Relation.ELSEWHERE);
  }

  @Test
  void elsewhereThanOnLinuxOnlyTheNameCounts() {
    HostIdentity mac = HostIdentity.parse("a.b.c");
    assertThat(mac.relationOf(HostIdentity.parse("a.b.c"))).isEqualTo(Relation.SAME_NAME);
    assertThat(mac.relationOf(HostIdentity.parse("a.x.c"))).isEqualTo(Relation.ELSEWHERE);
  }

  /** Starts are told by the clock of a time namespace. */
  @Test
  void oneClockOrTwo() {
    HostIdentity first = HostIdentity.parse(HERE);
    HostIdentity other = HostIdentity.parse(HERE + ".4026532179");
    assertThat(first.hasClockOf(HostIdentity.parse("-." + BOOT + ".1"))).isTrue();
    assertThat(first.hasClockOf(other)).isFalse();
    assertThat(other.hasClockOf(other)).isTrue();
  }

  @Test
  void isAlwaysTheSame() {
    assertThat(HostIdentity.ofThisProcess()).isEqualTo(HostIdentity.ofThisProcess());
    assertThat(Owner.parse(HostIdentity.ofThisProcess().text() + "/1/2/00c0ffee").pid())
        .isEqualTo(1);
  }

  @Test
  void aMachineIsItsIdAndItsCards(@TempDir Path temp) throws IOException {
    Path id = Files.writeString(temp.resolve("machine-id"), "3d1219c7c4c5404aaa1f6d2a48adfda4\n");
    Path devices = Files.createDirectory(temp.resolve("net"));
    device(devices, "lo", "00:00:00:00:00:00", "0", false);
    assertThat(HostIdentity.machine(id, devices)).as("without a card").isEmpty();

    device(devices, "eth0", "00:1b:21:3a:4c:01", "0", true);
    String machine = HostIdentity.machine(id, devices);
    assertThat(machine).matches("[0-9a-f]{12}");

    device(devices, "wlan0", "00:1b:21:3a:4c:02", "1", true);
    assertThat(HostIdentity.machine(id, devices)).as("a random address").isEqualTo(machine);

    device(devices, "eth1", "00:1b:21:3a:4c:03", "0", true);
    assertThat(HostIdentity.machine(id, devices)).as("another card").isNotEqualTo(machine);

    Files.writeString(id, "");
    assertThat(HostIdentity.machine(id, devices)).as("an image without an id").isEmpty();
    assertThat(HostIdentity.machine(temp.resolve("none"), devices)).isEmpty();
  }

  /** Clones of a virtual machine have the same ones. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "52:54:00:12:34:56",
        "02:42:ac:11:00:02",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "00:11:22:33:44:55",
        ""
      })
  void anAddressThatManyHaveProvesNothing(String address, @TempDir Path temp) throws IOException {
    Path id = Files.writeString(temp.resolve("machine-id"), "3d1219c7c4c5404aaa1f6d2a48adfda4\n");
    Path devices = Files.createDirectory(temp.resolve("net"));
    device(devices, "eth0", address, "0", true);
    assertThat(HostIdentity.machine(id, devices)).isEmpty();
    device(devices, "eth1", "00:1b:21:3a:4c:01", "0", true);
    assertThat(HostIdentity.machine(id, devices)).isNotEmpty();
  }

  private static void device(
      Path devices, String name, String address, String assigned, boolean hardware)
      throws IOException {
    Path device = Files.createDirectory(devices.resolve(name));
    Files.writeString(device.resolve("address"), address + "\n");
    Files.writeString(device.resolve("addr_assign_type"), assigned + "\n");
    if (hardware) {
      Files.createDirectory(device.resolve("device"));
    }
  }
}
