package io.freeport.internal.owner;

import static io.freeport.internal.owner.OwnerVerdict.Life.ALIVE;
import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.internal.owner.HostIdentity.Relation;
import io.freeport.internal.owner.OwnerEvidence.LockFile;
import io.freeport.internal.owner.OwnerEvidence.PidNow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    "OTHER_NAMESPACE, HELD, *, ALIVE, its file is locked",
    "OTHER_NAMESPACE, FREE, *, DEAD, its file is not locked any more",
    "OTHER_NAMESPACE, MISSING, *, UNKNOWN, 'it is of another pid namespace, and its file is not here'",
    "EARLIER_BOOT, HELD, *, ALIVE, its file is locked",
    "EARLIER_BOOT, FREE, *, DEAD, this machine has been started again since it started",
    "EARLIER_BOOT, MISSING, *, DEAD, this machine has been started again since it started",
    "ELSEWHERE, HELD, *, ALIVE, its file is locked",
    "ELSEWHERE, FREE, *, UNKNOWN, it is of another host",
    "ELSEWHERE, MISSING, *, UNKNOWN, it is of another host",
  })
  void verdict(
      Relation host, LockFile lock, String process, OwnerVerdict.Life life, String reason) {
    for (PidNow now : PidNow.values()) {
      if (process.equals("*") || process.equals(now.name())) {
        assertThat(new OwnerEvidence(false, host, lock, now).verdict())
            .as("%s %s %s", host, lock, now)
            .isEqualTo(new OwnerVerdict(life, reason));
        assertThat(new OwnerEvidence(true, host, lock, now).verdict())
            .isEqualTo(new OwnerVerdict(ALIVE, "it is this JVM"));
      }
    }
  }
}
