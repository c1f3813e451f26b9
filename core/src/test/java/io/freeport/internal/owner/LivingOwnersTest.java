package io.freeport.internal.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.testing.Warnings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LivingOwnersTest {

  /** More than a ledger has room for without growing, many times over. */
  private static final int MANY = 12_000;

  @TempDir Path temp;

  @Test
  void thisJvmIsOnRecordWithWhatItHolds() {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    Instant before = Instant.now().minusMillis(1);
    LedgerEntry entry = registry.enter(8080, Protocol.UDP, "dns", "DnsTest");
    entry.state(PortState.OFFERED);

    OwnerRecord record = recordOf(registry.self(), registry);
    assertThat(record.module()).isEqualTo(Path.of("").toAbsolutePath().toString());
    assertThat(record.since()).isBefore(Instant.now()).isAfter(before.minus(Duration.ofDays(1)));
    RecordedHold hold = record.holds().get(0);
    assertThat(hold)
        .isEqualTo(
            new RecordedHold(
                8080, Protocol.UDP, PortState.OFFERED, hold.since(), "dns", "DnsTest"));
    assertThat(hold.since()).isBetween(before, Instant.now());

    entry.remove();
    assertThat(recordOf(registry.self(), registry).holds()).isEmpty();
  }

  @Test
  void whatIsRemovedStaysRemoved() {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    LedgerEntry first = registry.enter(1, Protocol.TCP, "first", "");
    first.remove();
    LedgerEntry second = registry.enter(2, Protocol.TCP, "second", "");

    first.state(PortState.TAKEN);
    first.remove();

    assertThat(recordOf(registry.self(), registry).holds())
        .extracting(RecordedHold::port, RecordedHold::state)
        .containsExactly(tuple(2, PortState.HELD));
    second.remove();
  }

  @Test
  void thisJvmHoldsMany() {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    List<LedgerEntry> entries = new ArrayList<>();
    for (int port = 1; port <= MANY; port++) {
      entries.add(registry.enter(port, Protocol.TCP, "", ""));
    }
    assertHoldsMany(recordOf(registry.self(), registry));
    entries.forEach(LedgerEntry::remove);
    assertThat(recordOf(registry.self(), registry).holds()).isEmpty();
  }

  @Test
  void anotherJvmIsOnRecordUntilItIsKilled() throws Exception {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    try (OwnerChild child = OwnerChild.start(directory())) {
      assertThat(recordOf(child.owner(), registry).holds()).isEmpty();

      child.tell("enter " + MANY);
      child.tell("state TAKEN");
      OwnerRecord record = recordOf(child.owner(), registry);
      assertHoldsMany(record);
      assertThat(record.holds().get(0))
          .isEqualTo(
              new RecordedHold(
                  1,
                  Protocol.TCP_AND_UDP,
                  PortState.TAKEN,
                  record.holds().get(0).since(),
                  "port-1",
                  "OwnerChild"));
      assertThat(record.holds()).allMatch(hold -> hold.state() == PortState.TAKEN);

      child.tell("remove");
      assertThat(recordOf(child.owner(), registry).holds()).isEmpty();
      child.tell("enter 3");
      assertThat(recordOf(child.owner(), registry).holds()).hasSize(3);

      child.kill();
      assertThat(registry.livingOwners())
          .extracting(OwnerRecord::owner)
          .containsExactly(registry.self());
      assertThat(fileOf(child.owner())).exists();
      OwnerRegistry.open(directory());
      assertThat(fileOf(child.owner())).doesNotExist();
    }
  }

  /** An interrupted thread would close the channel, and so give up the lock. */
  @Test
  void anInterruptedThreadMakesTheFileGrow() throws Exception {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    try (OwnerChild child = OwnerChild.start(directory())) {
      child.tell("interrupt");
      child.tell("enter " + MANY);
      assertThat(registry.judge(child.owner()).reason()).isEqualTo("its file is locked");
      assertHoldsMany(recordOf(child.owner(), registry));
    }
  }

  @Test
  void anInterruptedThreadOpensReadsAndStaysInterrupted() throws Exception {
    try (OwnerChild child = OwnerChild.start(directory())) {
      Thread.currentThread().interrupt();
      OwnerRegistry registry = OwnerRegistry.open(directory());
      registry.enter(1, Protocol.TCP, "", "");
      assertThat(registry.livingOwners())
          .extracting(OwnerRecord::owner)
          .containsExactlyInAnyOrder(registry.self(), child.owner());
      assertThat(recordOf(registry.self(), registry).holds()).hasSize(1);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aFileThatIsCutOffCostsTheRecordAlone() throws Exception {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    try (OwnerChild child = OwnerChild.start(directory())) {
      child.tell("enter 3");
      try (FileChannel file = FileChannel.open(fileOf(child.owner()), StandardOpenOption.WRITE)) {
        file.truncate(0);
      }
      child.tell("enter 3");
      child.tell("state OFFERED");
      child.tell("remove");
      assertThat(registry.judge(child.owner()).reason()).isEqualTo("its file is locked");
      assertThat(registry.livingOwners())
          .extracting(OwnerRecord::owner)
          .containsExactly(registry.self());
    }
  }

  @Test
  void withoutAFileNothingIsRecordedAndNothingFails() throws IOException {
    Files.createFile(directory());
    try (Warnings warnings = Warnings.record()) {
      OwnerRegistry registry = OwnerRegistry.open(directory());
      LedgerEntry entry = registry.enter(1, Protocol.TCP, "", "");
      entry.state(PortState.OFFERED);
      entry.remove();
      assertThat(registry.livingOwners())
          .extracting(OwnerRecord::owner)
          .containsExactly(registry.self());
      assertThat(registry.livingOwners().get(0).holds()).isEmpty();
      assertThat(warnings.messages())
          .singleElement()
          .asString()
          .startsWith("No owner file in " + directory() + " (");
      assertThat(registry.problem()).contains(directory() + " is not a directory");
    }
  }

  private static void assertHoldsMany(OwnerRecord record) {
    assertThat(record.holds()).hasSize(MANY);
    for (int i = 0; i < MANY; i++) {
      assertThat(record.holds().get(i).port()).isEqualTo(i + 1);
    }
  }

  private static OwnerRecord recordOf(Owner owner, OwnerRegistry registry) {
    return registry.livingOwners().stream()
        .filter(record -> record.owner().equals(owner))
        .findFirst()
        .orElseThrow(() -> new AssertionError(owner + " is not on record"));
  }

  private Path directory() {
    return temp.resolve("owners");
  }

  private Path fileOf(Owner owner) {
    return directory().resolve(owner.pid() + "-" + owner.start() + "-" + owner.nonce() + ".lock");
  }
}
