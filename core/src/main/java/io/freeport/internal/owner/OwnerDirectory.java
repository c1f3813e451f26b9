package io.freeport.internal.owner;

import io.freeport.internal.owner.OwnerEvidence.LockFile;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A directory of one user with a file for each of the user's JVMs, which that JVM keeps locked as
 * long as it lives.
 */
final class OwnerDirectory {

  /** What to do with a file of another process while it is open. */
  interface Visit {
    void at(Path file, FileChannel channel) throws IOException;
  }

  private static final Logger LOGGER = System.getLogger(OwnerDirectory.class.getName());
  private static final Pattern NAME = Pattern.compile("[0-9]{1,18}-[0-9]{1,18}-[0-9a-f]{8}\\.lock");
  private static final Duration KEPT = Duration.ofDays(7);
  private static final Visit NOTHING = (file, channel) -> {};

  /** Two threads that test one lock at a time would each take the other for the owner. */
  private static final Object ONE_AT_A_TIME = new Object();

  private final PrivateDirectory directory;
  private final Owner self;
  private final OwnerLockFile ownFile;
  private final SignOfLife sign;
  private final EndedOwners ended;
  private final Set<Path> reported = ConcurrentHashMap.newKeySet();

  private OwnerDirectory(PrivateDirectory directory, Owner self) throws IOException {
    this.directory = directory;
    this.self = self;
    this.ownFile = OwnerLockFile.lock(fileOf(self), directory.isPosix());
    this.sign = new SignOfLife(socketBeside(ownFile.path()));
    this.ended = new EndedOwners(directory);
  }

  /**
   * Opens the directory, made if need be, and locks this JVM's file in it for as long as the JVM
   * lives. Removes the files of JVMs that ended without removing them.
   *
   * @throws IOException also if the directory belongs to somebody else or others may write to it;
   *     then nothing is done in it
   */
  static OwnerDirectory open(Path directory, Owner self) throws IOException {
    OwnerDirectory opened = new OwnerDirectory(PrivateDirectory.open(directory), self);
    opened.removeDeadOwners();
    return opened;
  }

  OwnerLockFile ownFile() {
    return ownFile;
  }

  /** Returns a folder within this directory, made if need be. */
  Path folder(String name) throws IOException {
    return directory.folder(name);
  }

  LockFile lockOf(Owner owner) throws IOException {
    return lockOf(nameOf(owner));
  }

  private LockFile lockOf(String owner) throws IOException {
    LockFile lock = visit(directory.path().resolve(owner + ".lock"), NOTHING, NOTHING);
    return lock == LockFile.MISSING && ended.contains(owner + ".lock") ? LockFile.FREE : lock;
  }

  /** Shows a second sign of life from now on, see {@link SignOfLife}. */
  void showLife() {
    sign.show();
  }

  /**
   * Returns the tickets of those who wait for ports, in a folder within this directory.
   *
   * @param network the number of this JVM's network namespace; empty if unknown
   */
  Tickets tickets(String network) {
    return new Tickets(
        directory,
        nameOf(self),
        network,
        owner -> EnumSet.of(LockFile.HELD, LockFile.LOST).contains(lockOf(owner)));
  }

  private void removeDeadOwners() {
    AtomicBoolean shared = new AtomicBoolean(HostIdentity.parse(self.host()).needsFile());
    Visit look =
        (file, channel) -> {
          if (mayBeOfAnotherNamespace(channel)) {
            shared.set(true);
          }
        };
    try {
      // With the lock held, so that a JVM that is just starting can tell, see OwnerLockFile.
      visitAll(
          (file, channel) -> {
            look.at(file, channel);
            removeOrKeep(file, channel);
            Files.deleteIfExists(socketBeside(file));
          },
          look);
      ended.removeOld(NAME);
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot look for the files of dead owners in " + directory.path(), e);
    }
    // From another pid namespace only the file shows that this JVM has ended.
    if (!shared.get()) {
      ownFile.deleteOnExit();
    }
  }

  private boolean mayBeOfAnotherNamespace(FileChannel channel) {
    try {
      Owner owner = LedgerReader.ownerOf(channel);
      return owner != null
          && HostIdentity.parse(self.host()).relationOf(HostIdentity.parse(owner.host()))
              == HostIdentity.Relation.OTHER_NAMESPACE;
    } catch (OtherVersionException e) {
      return true;
    }
  }

  /**
   * Removes a file of an owner that has ended, unless only the file can tell that: for one, if the
   * owner was in another pid namespace, such as another container's, that shares the directory; or
   * if another version of FreePort wrote it. What that owner left behind may be found later.
   */
  private void removeOrKeep(Path file, FileChannel channel) throws IOException {
    Instant written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant();
    boolean isOld = written.isBefore(Instant.now().minus(KEPT));
    try {
      Owner owner = LedgerReader.ownerOf(channel);
      if (!isOld
          && owner != null
          && OwnerEvidence.of(self, owner, LockFile.FREE, written).verdict().isDead()
          && !OwnerEvidence.of(self, owner, LockFile.MISSING, written).verdict().isDead()) {
        ended.add(file);
      } else {
        Files.deleteIfExists(file);
      }
    } catch (OtherVersionException e) {
      if (isOld) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Returns what the living JVMs of other processes have on record. */
  List<OwnerRecord> livingOthers() throws IOException {
    List<OwnerRecord> records = new ArrayList<>();
    visitAll(
        NOTHING,
        (file, channel) -> {
          OwnerRecord owner = LedgerReader.read(channel, damage -> report(file, damage));
          if (owner == null) {
            LOGGER.log(Level.DEBUG, "{0} is empty: its owner has just started", file);
          } else if (!fileOf(owner.owner()).equals(file)) {
            report(file, "it is by " + owner.owner());
          } else {
            records.add(owner);
          }
        });
    return records;
  }

  private void visitAll(Visit ifFree, Visit ifHeld) throws IOException {
    for (Path file : files()) {
      try {
        visit(file, ifFree, ifHeld);
      } catch (OtherVersionException e) {
        LOGGER.log(Level.DEBUG, "{0} is of another version of FreePort: {1}", file, e);
      } catch (IOException e) {
        report(file, String.valueOf(e.getMessage()));
      }
    }
  }

  private List<Path> files() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.path());
        Stream<Path> stream = StreamSupport.stream(files.spliterator(), false)) {
      return stream
          .filter(file -> NAME.matcher(nameOf(file)).matches())
          .sorted(Comparator.comparing(OwnerDirectory::nameOf))
          .toList();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /**
   * Opens a file and tests its lock, but never a file of this process: on POSIX systems, closing
   * any channel to a file gives up all locks that the process has on it. FreePort may be there
   * twice, loaded by two class loaders.
   */
  private LockFile visit(Path file, Visit ifFree, Visit ifHeld) throws IOException {
    if (nameOf(file).startsWith(prefixOf(self))) {
      return LockFile.HELD;
    }
    synchronized (ONE_AT_A_TIME) {
      try {
        directory.requireOurFile(file);
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
          // Shared, so that several processes can look at the same time and none of them is taken
          // for the owner.
          boolean free = channel.tryLock(0, Long.MAX_VALUE, true) != null;
          boolean lost = free && SignOfLife.isAt(socketBeside(file));
          (free && !lost ? ifFree : ifHeld).at(file, channel);
          return lost ? LockFile.LOST : free ? LockFile.FREE : LockFile.HELD;
        }
      } catch (NoSuchFileException e) {
        return LockFile.MISSING;
      } catch (OverlappingFileLockException lockedByThisJvm) {
        return LockFile.HELD;
      }
    }
  }

  private void report(Path file, String reason) {
    if (reported.add(file)) {
      LOGGER.log(
          Level.WARNING,
          "Left {0} alone, which is not as FreePort writes it: {1}. Nothing depends on it; delete it.",
          file,
          reason);
    }
  }

  private static Path socketBeside(Path file) {
    return file.resolveSibling(nameOf(file).replace(".lock", ".sock"));
  }

  private Path fileOf(Owner owner) {
    return directory.path().resolve(nameOf(owner) + ".lock");
  }

  /** Returns the name of an owner's file, without its extension. */
  private static String nameOf(Owner owner) {
    return prefixOf(owner) + owner.nonce();
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String prefixOf(Owner owner) {
    return owner.pid() + "-" + owner.start() + "-";
  }
}
