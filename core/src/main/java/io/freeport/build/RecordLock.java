package io.freeport.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The lock of one record. JVMs agree by the lock on a file, and the threads of one JVM, which the
 * kernel does not tell apart, by a monitor.
 *
 * <p>The monitor is an interned string, because FreePort may be loaded by two class loaders: both
 * have the same strings, and nothing else in common.
 *
 * <p>The file stays, also when there is nothing to record: somebody may wait for its lock, and
 * another file of the same name would be another lock.
 */
final class RecordLock {

  private final String name;
  private final Path file;
  private final String monitor;

  /**
   * Describes a lock.
   *
   * @param name what is recorded, for messages
   * @param file in a directory that exists; written the same way by everybody
   */
  RecordLock(String name, Path file) {
    this.name = name;
    this.file = file;
    this.monitor = (RecordLock.class.getName() + " " + file).intern();
  }

  /** What to do while the lock is held. */
  interface Action<T> {
    T run() throws IOException;
  }

  <T> T hold(Action<T> action) {
    if (Thread.holdsLock(monitor)) {
      throw new IllegalStateException(
          "\"" + name + "\" is being started or stopped by this thread, which asks for it again.");
    }
    synchronized (monitor) {
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  LinkOption.NOFOLLOW_LINKS);
          FileLock lock = channel.lock()) {
        return action.run();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot share by " + file + ": " + e.getMessage(), e);
      }
    }
  }
}
