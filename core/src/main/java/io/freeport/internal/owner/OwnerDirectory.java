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
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

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
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final Duration KEPT = Duration.ofDays(7);
  private static final Visit NOTHING = (file, channel) -> {};

  /** Two threads that test one lock at a time would each take the other for the owner. */
  private static final Object ONE_AT_A_TIME = new Object();

  private final Path directory;
  private final Owner self;
  private final boolean posix;
  private final OwnerLockFile ownFile;
  private final @Nullable UserPrincipal us;
  private final Set<Path> reported = ConcurrentHashMap.newKeySet();

  private OwnerDirectory(Path directory, Owner self, boolean posix) throws IOException {
    this.directory = directory;
    this.self = self;
    this.posix = posix;
    this.ownFile = OwnerLockFile.lock(fileOf(self), posix);
    // The file was just made by us, so its owner is who we are.
    this.us = posix ? Files.getOwner(ownFile.path(), LinkOption.NOFOLLOW_LINKS) : null;
  }

  /**
   * Opens the directory, made if need be, and locks this JVM's file in it for as long as the JVM
   * lives. Removes the files of JVMs that ended without removing them.
   *
   * @throws IOException also if the directory belongs to somebody else or others may write to it
   */
  static OwnerDirectory open(Path directory, Owner self) throws IOException {
    boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(
          directory,
          posix
              ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PRIVATE)}
              : new FileAttribute<?>[0]);
    }
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(directory + " is not a directory");
    }
    OwnerDirectory opened = new OwnerDirectory(directory, self, posix);
    try {
      opened.requirePrivate();
    } catch (Throwable e) {
      Files.deleteIfExists(opened.ownFile.path());
      opened.ownFile.channel().close();
      throw e;
    }
    opened.removeDeadOwners();
    return opened;
  }

  private void requirePrivate() throws IOException {
    if (us == null) {
      return;
    }
    UserPrincipal theirs = Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS);
    if (!theirs.equals(us)) {
      throw new IOException(
          directory + " belongs to " + theirs.getName() + ", not to " + us.getName());
    }
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS);
    if (!PRIVATE.containsAll(permissions)) {
      throw new IOException(
          directory
              + " is open to others ("
              + PosixFilePermissions.toString(permissions)
              + "), expected "
              + PosixFilePermissions.toString(PRIVATE));
    }
  }

  OwnerLockFile ownFile() {
    return ownFile;
  }

  LockFile lockOf(Owner owner) throws IOException {
    return lockOf(nameOf(owner));
  }

  private LockFile lockOf(String owner) throws IOException {
    return visit(directory.resolve(owner + ".lock"), NOTHING, NOTHING);
  }

  /**
   * Returns the tickets of those who wait for ports, in a folder within this directory.
   *
   * @param network the number of this JVM's network namespace; empty if unknown
   */
  Tickets tickets(String network) {
    return new Tickets(
        directory.resolve("queue"), nameOf(self), network, owner -> lockOf(owner) == LockFile.HELD);
  }

  private void removeDeadOwners() {
    AtomicBoolean shared = new AtomicBoolean(HostIdentity.parse(self.host()).needsFile());
    Visit look =
        (file, channel) -> {
          Owner owner = LedgerReader.ownerOf(channel);
          if (owner != null && isOfAnotherNamespace(owner)) {
            shared.set(true);
          }
        };
    try {
      // With the lock held, so that a JVM that is just starting can tell, see OwnerLockFile.
      visitAll(
          (file, channel) -> {
            look.at(file, channel);
            if (!isOnlyEvidence(file, channel)) {
              Files.deleteIfExists(file);
            }
          },
          look);
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot look for the files of dead owners in " + directory, e);
    }
    // From another pid namespace only the file shows that this JVM has ended.
    if (!shared.get()) {
      ownFile.deleteOnExit();
    }
  }

  private boolean isOfAnotherNamespace(Owner owner) {
    return HostIdentity.parse(self.host()).relationOf(HostIdentity.parse(owner.host()))
        == HostIdentity.Relation.OTHER_NAMESPACE;
  }

  /**
   * Returns whether nothing but the file can tell that its owner is dead: for one, if it was in
   * another pid namespace, such as another container's, that shares the directory. What that owner
   * left behind may be found later; it is given a week.
   */
  private boolean isOnlyEvidence(Path file, FileChannel channel) throws IOException {
    Owner owner = LedgerReader.ownerOf(channel);
    return owner != null
        && OwnerEvidence.of(self, owner, LockFile.FREE).verdict().isDead()
        && !OwnerEvidence.of(self, owner, LockFile.MISSING).verdict().isDead()
        && Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
            .toInstant()
            .isAfter(Instant.now().minus(KEPT));
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
      } catch (IOException e) {
        report(file, String.valueOf(e.getMessage()));
      }
    }
  }

  private List<Path> files() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory);
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
        requireOneOfOurs(file);
        try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
          // Shared, so that several processes can look at the same time and none of them is taken
          // for the owner.
          boolean free = channel.tryLock(0, Long.MAX_VALUE, true) != null;
          (free ? ifFree : ifHeld).at(file, channel);
          return free ? LockFile.FREE : LockFile.HELD;
        }
      } catch (NoSuchFileException e) {
        return LockFile.MISSING;
      } catch (OverlappingFileLockException lockedByThisJvm) {
        return LockFile.HELD;
      }
    }
  }

  /**
   * A link may lead to a file of this process; to open a pipe for reading waits for a writer; and
   * what others wrote is none of our business.
   */
  private void requireOneOfOurs(Path file) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(
            file,
            posix ? "unix:isRegularFile,nlink,owner" : "isRegularFile",
            LinkOption.NOFOLLOW_LINKS);
    if (!Objects.equals(attributes.get("isRegularFile"), true)) {
      throw new IOException("it is not a regular file");
    }
    if (posix && !Objects.equals(attributes.get("nlink"), 1)) {
      throw new IOException("it has several names");
    }
    if (posix && !Objects.equals(attributes.get("owner"), us)) {
      throw new IOException("it belongs to " + attributes.get("owner"));
    }
  }

  private void report(Path file, String reason) {
    if (reported.add(file)) {
      LOGGER.log(
          Level.WARNING,
          "Left {0} alone, which is not as FreePort writes it: {1}. Nothing depends on it; unless another version of FreePort uses it, delete it.",
          file,
          reason);
    }
  }

  private Path fileOf(Owner owner) {
    return directory.resolve(nameOf(owner) + ".lock");
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
