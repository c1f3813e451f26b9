package io.freeport;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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
import java.util.Set;

/**
 * A directory of one user with a file for each of the user's JVMs, which that JVM keeps locked as
 * long as it lives.
 */
final class OwnerDirectory {

  enum Lock {
    HELD,
    FREE,
    MISSING
  }

  private static final String SUFFIX = ".lock";
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Path directory;
  private final Owner self;

  private OwnerDirectory(Path directory, Owner self) {
    this.directory = directory;
    this.self = self;
  }

  /**
   * Opens the directory, made if need be, and locks this JVM's file in it for as long as the JVM
   * lives.
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
    OwnerDirectory opened = new OwnerDirectory(directory, self);
    opened.lockOwnFile(posix);
    return opened;
  }

  private void lockOwnFile(boolean posix) throws IOException {
    Path file = fileOf(self);
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS);
    try {
      if (posix) {
        requirePrivate(Files.getOwner(file, LinkOption.NOFOLLOW_LINKS));
      }
      // Between create and lock another JVM may have found the file unlocked, and removed it as a
      // dead owner's. Then the lock is
      // on a file without a name, and whoever looks for it goes by the process instead: no harm,
      // and no reason to try again.
      channel.lock();
      file.toFile().deleteOnExit();
    } catch (Throwable e) {
      Files.deleteIfExists(file);
      channel.close();
      throw e;
    }
  }

  /** The file was just made by us, so its owner is who we are. */
  private void requirePrivate(UserPrincipal us) throws IOException {
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

  Lock lockOf(Owner owner) throws IOException {
    return lockOf(fileOf(owner));
  }

  /** Removes the files of JVMs that ended without removing them. */
  void removeDeadOwners() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
      for (Path file : files) {
        if (!isOfThisProcess(file) && lockOf(file) == Lock.FREE) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /**
   * Must not be called for a file of this process: on POSIX systems, closing any channel to a file
   * gives up all locks that the process has on it.
   */
  private static Lock lockOf(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      FileLock lock = channel.tryLock();
      return lock == null ? Lock.HELD : Lock.FREE;
    } catch (NoSuchFileException e) {
      return Lock.MISSING;
    } catch (OverlappingFileLockException lockedByThisJvm) {
      return Lock.HELD;
    }
  }

  private Path fileOf(Owner owner) {
    return directory.resolve(prefixOf(owner) + owner.nonce() + SUFFIX);
  }

  private boolean isOfThisProcess(Path file) {
    return String.valueOf(file.getFileName()).startsWith(prefixOf(self));
  }

  private static String prefixOf(Owner owner) {
    return owner.pid() + "-" + owner.start() + "-";
  }
}
