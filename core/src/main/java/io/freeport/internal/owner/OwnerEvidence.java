package io.freeport.internal.owner;

import static io.freeport.internal.owner.OwnerVerdict.Life.ALIVE;
import static io.freeport.internal.owner.OwnerVerdict.Life.DEAD;
import static io.freeport.internal.owner.OwnerVerdict.Life.UNKNOWN;

import io.freeport.internal.os.HostProcesses;
import io.freeport.internal.os.ProcFs;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What can be seen of an owner.
 *
 * @param isSelf whether it is this process
 * @param isOfBefore whether what it left behind is older than this boot of this machine
 */
record OwnerEvidence(
    boolean isSelf, HostIdentity.Relation host, LockFile lock, PidNow process, boolean isOfBefore) {

  /** The file that an owner keeps locked. */
  enum LockFile {
    HELD,
    /** It is free, and yet the owner answers: code of its JVM read the file, and closed it. */
    LOST,
    FREE,
    MISSING
  }

  /** The process that has the owner's pid now. */
  enum PidNow {
    RUNS,
    /** It runs, and whether it started when the owner did is not known. */
    MAY_RUN,
    GONE,
    /** It started at another time. */
    ANOTHER,
    /** Whether there is one cannot be seen. */
    HIDDEN
  }

  private static final Logger LOGGER = System.getLogger(OwnerEvidence.class.getName());

  /**
   * Returns what can be seen of an owner, given its lock.
   *
   * @param created when what it left behind was created; null if unknown
   */
  static OwnerEvidence of(Owner self, Owner owner, LockFile lock, @Nullable Instant created) {
    boolean isSelf = owner.isSameProcessAs(self);
    HostIdentity here = HostIdentity.parse(self.host());
    HostIdentity there = HostIdentity.parse(owner.host());
    HostIdentity.Relation host = here.relationOf(there);
    boolean isSeen =
        !isSelf && (host == HostIdentity.Relation.SAME || host == HostIdentity.Relation.SAME_NAME);
    return new OwnerEvidence(
        isSelf,
        host,
        lock,
        isSeen ? processOf(owner, here.hasClockOf(there)) : PidNow.HIDDEN,
        host == HostIdentity.Relation.OTHER_BOOT && isBeforeThisBoot(created));
  }

  /** A clone of this machine runs beside it, so what the clone made is younger. */
  private static boolean isBeforeThisBoot(@Nullable Instant created) {
    try {
      return created != null && created.isBefore(ProcFs.bootTime());
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot find out when this machine was started", e);
      return false;
    }
  }

  private static PidNow processOf(Owner owner, boolean isOurClock) {
    try {
      OptionalLong start = HostProcesses.startOf(owner.pid());
      if (start.isEmpty()) {
        return PidNow.GONE;
      }
      if (owner.start() == Owner.UNKNOWN_START || !isOurClock) {
        return PidNow.MAY_RUN;
      }
      return start.getAsLong() == owner.start() ? PidNow.RUNS : PidNow.ANOTHER;
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot look at the process of " + owner, e);
      return PidNow.HIDDEN;
    }
  }

  OwnerVerdict verdict() {
    if (isSelf) {
      return new OwnerVerdict(ALIVE, "it is this JVM");
    }
    if (lock == LockFile.HELD) {
      return new OwnerVerdict(ALIVE, "its file is locked");
    }
    if (lock == LockFile.LOST) {
      return new OwnerVerdict(ALIVE, "it answers, although its file is not locked any more");
    }
    return switch (host) {
      case SAME -> ofThisNamespace();
      case SAME_NAME -> ofThisName();
      case OTHER_NAMESPACE ->
          // Locks are the kernel's, so they tell in each of its namespaces that shares the file.
          lock == LockFile.FREE
              ? new OwnerVerdict(DEAD, "its file is not locked any more")
              : new OwnerVerdict(
                  UNKNOWN, "it is of another pid namespace, and its file is not here");
      case OTHER_BOOT ->
          isOfBefore
              ? new OwnerVerdict(DEAD, "this machine has been started again since it started")
              : new OwnerVerdict(
                  UNKNOWN, "it is of another boot, perhaps of a clone of this machine");
      case ELSEWHERE -> new OwnerVerdict(UNKNOWN, "it is of another host");
    };
  }

  /** Pids of an earlier boot, or of another host of this name, mean nothing here. */
  private OwnerVerdict ofThisName() {
    if (process == PidNow.RUNS) {
      return new OwnerVerdict(ALIVE, "its process runs");
    }
    if (lock == LockFile.FREE && process != PidNow.MAY_RUN) {
      return new OwnerVerdict(DEAD, "its file is not locked any more");
    }
    return new OwnerVerdict(UNKNOWN, "it is of a host of this name, and its file does not tell");
  }

  private OwnerVerdict ofThisNamespace() {
    boolean unlocked = lock == LockFile.FREE;
    return switch (process) {
      case GONE ->
          new OwnerVerdict(
              DEAD, unlocked ? "its file is not locked any more" : "its process is gone");
      case ANOTHER -> new OwnerVerdict(DEAD, "its process id belongs to another process");
      // The lock may have been lost, as on a file system that is gone.
      case RUNS ->
          new OwnerVerdict(
              ALIVE, unlocked ? "its process runs, without the lock" : "its process runs");
      case MAY_RUN -> new OwnerVerdict(ALIVE, "its process id is in use");
      case HIDDEN ->
          unlocked
              ? new OwnerVerdict(DEAD, "its file is not locked any more")
              : new OwnerVerdict(ALIVE, "its process may run");
    };
  }
}
