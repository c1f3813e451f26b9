package io.freeport.internal.owner;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The file that this JVM keeps locked as long as it lives. If this object is garbage-collected, the
 * lock is lost, and other JVMs consider this one dead.
 */
final class OwnerLockFile {

  private static final int ATTEMPTS = 100;

  private final Path path;
  private final FileLock lock;

  private OwnerLockFile(Path path, FileLock lock) {
    this.path = path;
    this.lock = lock;
  }

  static OwnerLockFile lock(Path path, boolean posix) throws IOException {
    for (int attempt = 1; ; attempt++) {
      FileLock lock = createAndLock(path, posix);
      // Between create and lock another JVM may have found the file unlocked, taken it for a dead
      // owner's and removed it. It removes with the lock held, so once the lock is ours that has
      // either happened, or it never will.
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        return new OwnerLockFile(path, lock);
      }
      lock.acquiredBy().close();
      if (attempt == ATTEMPTS) {
        throw new IOException(path + " is removed again and again by somebody");
      }
    }
  }

  private static FileLock createAndLock(Path path, boolean posix) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS),
            posix
                ? new FileAttribute<?>[] {
                  PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0]);
    try {
      return channel.lock();
    } catch (Throwable e) {
      Files.deleteIfExists(path);
      channel.close();
      throw e;
    }
  }

  /** Else it stays, unlocked, as that of a JVM that was killed. */
  void deleteOnExit() {
    path.toFile().deleteOnExit();
  }

  Path path() {
    return path;
  }

  /** For threads that nobody interrupts only, see {@link UninterruptibleCall}. */
  FileChannel channel() {
    return (FileChannel) lock.acquiredBy();
  }
}
