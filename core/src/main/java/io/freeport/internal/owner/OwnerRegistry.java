package io.freeport.internal.owner;

import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.internal.os.HostProcesses;
import io.freeport.internal.os.ProcFs;
import io.freeport.internal.owner.OwnerEvidence.LockFile;
import io.freeport.internal.owner.OwnerEvidence.PidNow;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Knows which JVM this is, and which others still live. It informs; it never decides who gets a
 * port.
 *
 * <p>Each JVM keeps a file locked in a directory of its user, see {@link #directory()}. The
 * operating system frees the lock when the JVM ends, however it ends. Where no such file can be
 * had, process id and start time alone have to do.
 *
 * <p>In the same file each JVM keeps on record which ports it holds, see {@link #livingOwners()}.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread.
 *
 * @since 0.1.0
 */
public final class OwnerRegistry {

  private static final Logger LOGGER = System.getLogger(OwnerRegistry.class.getName());

  /** By their directories. */
  private static final Map<Path, OwnerRegistry> OPENED = new HashMap<>();

  private final Path path;
  private final LedgerHeader header;
  private final @Nullable OwnerDirectory files;
  private final @Nullable Ledger ledger;
  private final @Nullable IOException problem;

  private OwnerRegistry(
      Path path,
      LedgerHeader header,
      @Nullable OwnerDirectory directory,
      @Nullable Ledger ledger,
      @Nullable IOException problem) {
    this.path = path;
    this.header = header;
    this.files = directory;
    this.ledger = ledger;
    this.problem = problem;
  }

  /**
   * Returns the registry of this JVM in the configured directory. The first call for a directory
   * locks the JVM's file and removes those of dead ones. The file has to stay locked as long as the
   * JVM lives, so there is one registry for a directory, and it is never closed.
   *
   * @param settings tell the directory
   * @return the one registry of that directory
   */
  public static OwnerRegistry of(Settings settings) {
    Path directory = directory(settings);
    synchronized (OPENED) {
      OwnerRegistry registry = OPENED.get(directory);
      if (registry == null) {
        registry = open(directory);
        OPENED.put(directory, registry);
      }
      return registry;
    }
  }

  private static Path directory(Settings settings) {
    String configured = settings.get(SettingKeys.DIRECTORY);
    if (configured == null) {
      return usualDirectory();
    }
    try {
      return Path.of(configured);
    } catch (InvalidPathException e) {
      throw settings.bad(SettingKeys.DIRECTORY.name(), configured, "the path of a directory");
    }
  }

  private static Path usualDirectory() {
    try {
      if (ProcFs.isThere()) {
        return Path.of("/tmp", "freeport-" + Integer.toUnsignedString(ProcFs.user()));
      }
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot find out the user of this JVM", e);
    }
    return Path.of(
        System.getProperty("java.io.tmpdir"), "freeport-" + System.getProperty("user.name"));
  }

  /**
   * Opens a further registry, as if this were another JVM.
   *
   * @param path its directory
   * @return a registry with an owner of its own
   */
  public static OwnerRegistry open(Path path) {
    long start;
    try {
      start = HostProcesses.startOfThis();
    } catch (IOException e) {
      // Without its own start it does not know its own files, and must not open any.
      warn(path, e);
      return new OwnerRegistry(path, LedgerHeader.of(self(Owner.UNKNOWN_START)), null, null, e);
    }
    LedgerHeader header = LedgerHeader.of(self(start));
    OwnerDirectory directory;
    try {
      directory = UninterruptibleCall.call(() -> OwnerDirectory.open(path, header.owner()));
    } catch (IOException e) {
      warn(path, e);
      return new OwnerRegistry(path, header, null, null, e);
    }
    try {
      return new OwnerRegistry(
          path, header, directory, Ledger.create(directory.ownFile(), header), null);
    } catch (IOException e) {
      LOGGER.log(
          Level.WARNING,
          "Cannot write to {0} ({1}). What this JVM holds will not be seen by others.",
          directory.ownFile().path(),
          e);
      return new OwnerRegistry(path, header, directory, null, e);
    }
  }

  private static Owner self(long start) {
    // Tells class loaders of one JVM apart. It need not be secret, and a secure random generator
    // takes the JVM 10 ms to set up.
    String nonce = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    return new Owner(
        HostIdentity.ofThisProcess().text(), ProcessHandle.current().pid(), start, nonce);
  }

  private static void warn(Path path, IOException reason) {
    LOGGER.log(
        Level.WARNING,
        "No owner file in {0} ({1}). Whether an owner lives will be told by its process id and start time alone. Another directory"
            + " can be given by the system property freeport.dir or the environment variable FREEPORT_DIR.",
        path,
        reason);
  }

  /**
   * Returns where the JVMs of this user keep their files: what {@code freeport.dir} says; else
   * {@code /tmp/freeport-UID} on Linux, whatever {@code java.io.tmpdir} is, since the modules of a
   * build may each have one; elsewhere {@code freeport-USER} in the directory for temporary files.
   *
   * @return the directory; {@link #problem()} tells whether it can be used
   */
  public Path directory() {
    return path;
  }

  /**
   * Returns why this JVM has no file in {@link #directory()}, or cannot write to it.
   *
   * @return a clause for messages; empty if all is well
   */
  public Optional<String> problem() {
    // The message of any other kind is no more than a path.
    return Optional.ofNullable(problem)
        .map(
            reason ->
                reason.getClass() == IOException.class
                    ? String.valueOf(reason.getMessage())
                    : reason.toString());
  }

  /**
   * Returns who this JVM is.
   *
   * @return the owner of everything that this JVM holds and starts
   */
  public Owner self() {
    return header.owner();
  }

  /**
   * Puts a port on record, {@linkplain PortState#HELD held} since now. That costs no system call,
   * and never fails: what cannot be recorded is not.
   *
   * @param usedBy who asked for it, such as a test; empty if that is not known
   */
  public LedgerEntry enter(int port, Protocol protocol, String name, String usedBy) {
    return ledger == null
        ? LedgerEntry.NONE
        : ledger.enter(
            new RecordedHold(port, protocol, PortState.HELD, Instant.now(), name, usedBy));
  }

  /**
   * Returns what the JVMs of this user that share the directory and still live have on record, to
   * find out who holds a port. It is for people to read: the record may be incomplete, and be out
   * of date by the time it is read.
   *
   * <p>FreePort that another class loader loaded into this JVM is left out: its file cannot be
   * opened here without giving up the lock on it. Other JVMs do see it.
   *
   * @return this JVM first, also if it holds nothing, then the others in no particular order; those
   *     without a record that can be read are left out
   */
  public List<OwnerRecord> livingOwners() {
    List<OwnerRecord> owners = new ArrayList<>();
    try {
      List<RecordedHold> holds = ledger == null ? List.of() : ledger.holds();
      owners.add(
          new OwnerRecord(
              header.owner(), header.module(), header.network(), header.since(), holds));
      OwnerDirectory others = files;
      if (others != null) {
        owners.addAll(UninterruptibleCall.call(others::livingOthers));
      }
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot read the records of other JVMs", e);
    }
    return List.copyOf(owners);
  }

  /**
   * Returns those of the {@link #livingOwners()} that can hold a port that this JVM wants. JVMs in
   * another network namespace, such as a sandbox without a network, have the same numbers without a
   * conflict.
   *
   * @return this JVM first
   */
  public List<OwnerRecord> ownersOfThisNetwork() {
    return livingOwners().stream().filter(this::isOfThisNetwork).toList();
  }

  /** Returns whether an owner is in the network namespace of this JVM, as far as that is known. */
  public boolean isOfThisNetwork(OwnerRecord owner) {
    return LedgerHeader.isOneNetwork(owner.network(), header.network());
  }

  /**
   * Returns the tickets of those who wait for ports.
   *
   * @return empty if {@link #directory()} cannot be used
   */
  public Optional<Tickets> tickets() {
    return Optional.ofNullable(files).map(directory -> directory.tickets(header.network()));
  }

  /**
   * Returns a folder within {@link #directory()}, made if need be.
   *
   * @param name one that no other room uses
   * @return a folder that only this user can write to
   * @throws IOException if the directory cannot be used, or something else has this name
   */
  public Path folder(String name) throws IOException {
    if (files == null) {
      throw new IOException(problem().orElse("there is no " + path));
    }
    return files.folder(name);
  }

  /**
   * Tells whether an owner still lives.
   *
   * @param owner any owner, also one of another host
   * @return the verdict; in doubt, the owner is not dead
   */
  public OwnerVerdict judge(Owner owner) {
    return judge(owner, null);
  }

  /**
   * Tells whether an owner still lives, by the age of what it left behind too. An owner of another
   * boot of this machine is dead only if that was before this boot: a clone may have the same name.
   *
   * @param owner any owner, also one of another host
   * @param created when what it left behind was created; null if that is unknown
   * @return the verdict; in doubt, the owner is not dead
   */
  public OwnerVerdict judge(Owner owner, @Nullable Instant created) {
    boolean isSelf = owner.isSameProcessAs(self());
    LockFile lock = isSelf ? LockFile.HELD : lockOf(owner);
    return OwnerEvidence.of(self(), owner, lock, created).verdict();
  }

  /**
   * Shows a second sign of life, beside the lock on this JVM's file, from now on. To be called
   * before this JVM's name goes where others decide by it what to remove. Further calls do nothing.
   */
  public void showLife() {
    if (files != null) {
      files.showLife();
    }
  }

  /** Returns whether the process that has an owner's pid here is certainly that owner. */
  public boolean isPidOf(Owner owner) {
    OwnerEvidence evidence = OwnerEvidence.of(self(), owner, LockFile.HELD, null);
    return evidence.isSelf() || evidence.process() == PidNow.RUNS;
  }

  private LockFile lockOf(Owner owner) {
    HostIdentity there = HostIdentity.parse(owner.host());
    if (files == null
        || HostIdentity.parse(self().host()).relationOf(there) == HostIdentity.Relation.ELSEWHERE) {
      return LockFile.MISSING;
    }
    try {
      return files.lockOf(owner);
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot test the lock of " + owner, e);
      return LockFile.MISSING;
    }
  }

  /**
   * Returns whether another owner, or another allocator of this JVM, has the port on record as well
   * as its first one.
   */
  public boolean isRecordedTwice(int port) {
    return ownersOfThisNetwork().stream()
            .flatMap(owner -> owner.holds().stream())
            .filter(hold -> hold.port() == port)
            .count()
        > 1;
  }
}
