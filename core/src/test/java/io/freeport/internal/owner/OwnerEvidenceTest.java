package io.freeport.internal.owner;

import static io.freeport.internal.owner.OwnerVerdict.Life.ALIVE;
import static io.freeport.internal.owner.OwnerVerdict.Life.DEAD;
import static io.freeport.internal.owner.OwnerVerdict.Life.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.internal.os.ProcFs;
import io.freeport.internal.owner.HostIdentity.Relation;
import io.freeport.internal.owner.OwnerEvidence.LockFile;
import io.freeport.internal.owner.OwnerEvidence.PidNow;
import java.io.IOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each combination of what can be seen of an owner, and what follows from it. */
class OwnerEvidenceTest {

  @ParameterizedTest(name = "{0}, lock {1}, process {2}: {3}, {4}")
  @CsvSource({
    "SAME, HELD, RUNS, ALIVE, its file is locked",
    "SAME, HELD, MAY_RUN, ALIVE, its file is locked",
    "SAME, HELD, GONE, ALIVE, its file is locked",
    "SAME, HELD, ANOTHER, ALIVE, its file is locked",
    "SAME, HELD, HIDDEN, ALIVE, its file is locked",
    "SAME, FREE, RUNS, ALIVE, 'its process runs, without the lock'",
    "SAME, FREE, MAY_RUN, ALIVE, its process id is in use",
    "SAME, FREE, GONE, DEAD, its file is not locked any more",
    "SAME, FREE, ANOTHER, DEAD, its process id belongs to another process",
    "SAME, FREE, HIDDEN, DEAD, its file is not locked any more",
    "SAME, MISSING, RUNS, ALIVE, its process runs",
    "SAME, MISSING, MAY_RUN, ALIVE, its process id is in use",
    "SAME, MISSING, GONE, DEAD, its process is gone",
    "SAME, MISSING, ANOTHER, DEAD, its process id belongs to another process",
    "SAME, MISSING, HIDDEN, ALIVE, its process may run",
    "SAME_NAME, HELD, *, ALIVE, its file is locked",
    "SAME_NAME, FREE, RUNS, ALIVE, its process runs",
    "SAME_NAME, FREE, MAY_RUN, UNKNOWN, 'it is of a host of this name, and its file does not tell'",
    "SAME_NAME, FREE, GONE, DEAD, its file is not locked any more",
    "SAME_NAME, FREE, ANOTHER, DEAD, its file is not locked any more",
    "SAME_NAME, FREE, HIDDEN, DEAD, its file is not locked any more",
    "SAME_NAME, MISSING, RUNS, ALIVE, its process runs",
    "SAME_NAME, MISSING, MAY_RUN, UNKNOWN, 'it is of a host of this name, and its file does not tell'",
    "SAME_NAME, MISSING, GONE, UNKNOWN, 'it is of a host of this name, and its file does not tell'",
    "SAME_NAME, MISSING, ANOTHER, UNKNOWN, 'it is of a host of this name, and its file does not tell'",
    "SAME_NAME, MISSING, HIDDEN, UNKNOWN, 'it is of a host of this name, and its file does not tell'",
    "OTHER_NAMESPACE, LOST, *, ALIVE, 'it answers, although its file is not locked any more'",
    "SAME, LOST, *, ALIVE, 'it answers, although its file is not locked any more'",
    "OTHER_NAMESPACE, HELD, *, ALIVE, its file is locked",
    "OTHER_NAMESPACE, FREE, *, DEAD, its file is not locked any more",
    "OTHER_NAMESPACE, MISSING, *, UNKNOWN, 'it is of another pid namespace, and its file is not here'",
    "OTHER_BOOT, HELD, *, ALIVE, its file is locked",
    "OTHER_BOOT, FREE, *, UNKNOWN, 'it is of another boot, perhaps of a clone of this machine'",
    "OTHER_BOOT, MISSING, *, UNKNOWN, 'it is of another boot, perhaps of a clone of this machine'",
    "ELSEWHERE, HELD, *, ALIVE, its file is locked",
    "ELSEWHERE, FREE, *, UNKNOWN, it is of another host",
    "ELSEWHERE, MISSING, *, UNKNOWN, it is of another host",
  })
  void verdict(
      Relation host, LockFile lock, String process, OwnerVerdict.Life life, String reason) {
    for (PidNow now : PidNow.values()) {
      if (process.equals("*") || process.equals(now.name())) {
        assertThat(new OwnerEvidence(false, host, lock, now, false).verdict())
            .as("%s %s %s", host, lock, now)
            .isEqualTo(new OwnerVerdict(life, reason));
        assertThat(new OwnerEvidence(true, host, lock, now, false).verdict())
            .isEqualTo(new OwnerVerdict(ALIVE, "it is this JVM"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = LockFile.class,
      names = {"FREE", "MISSING"})
  void whatWasCreatedBeforeThisBootIsNotOfAClone(LockFile lock) {
    assertThat(new OwnerEvidence(false, Relation.OTHER_BOOT, lock, PidNow.HIDDEN, true).verdict())
        .isEqualTo(new OwnerVerdict(DEAD, "this machine has been started again since it started"));
  }

  /** Another machine of the same image may have this identity, and run at the same time. */
  @Test
  void anotherBootIsAnEarlierOneForWhatIsOlderThanThisBoot() throws IOException {
    assumeTrue(ProcFs.isThere(), "boots are told apart on Linux");
    Owner self = new Owner("0123456789ab." + ProcFs.bootId() + ".4026531836", 1, 2, "00c0ffee");
    Owner clone =
        Owner.parse(
            "0123456789ab.11111111-2222-3333-4444-555555555555.4026531836/4711/123456/00c0ffee");
    Instant boot = ProcFs.bootTime();
    assertThat(lifeOf(clone, self, null)).isEqualTo(UNKNOWN);
    assertThat(lifeOf(clone, self, boot.plusSeconds(60))).isEqualTo(UNKNOWN);
    assertThat(lifeOf(clone, self, boot.minusSeconds(60))).isEqualTo(DEAD);
  }

  private static OwnerVerdict.Life lifeOf(Owner owner, Owner self, @Nullable Instant created) {
    return OwnerEvidence.of(self, owner, LockFile.MISSING, created).verdict().life();
  }

  /** Both were restored from one snapshot of a virtual machine. */
  @Test
  void theSameBootOnAnotherMachineIsOutOfSight() throws IOException {
    assumeTrue(ProcFs.isThere(), "boots are told apart on Linux");
    String boot = "." + ProcFs.bootId() + ".4026531836";
    Owner self = new Owner("0123456789ab" + boot, 1, 2, "00c0ffee");
    Owner other = new Owner("ba9876543210" + boot, 999_999, 12_345, "deadbeef");
    assertThat(lifeOf(other, self, Instant.EPOCH)).isEqualTo(UNKNOWN);
    assertThat(lifeOf(new Owner("0123456789ab" + boot, 999_999, 12_345, "deadbeef"), self, null))
        .as("a control")
        .isEqualTo(DEAD);
  }
}
