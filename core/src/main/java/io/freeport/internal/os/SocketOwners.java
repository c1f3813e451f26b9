package io.freeport.internal.os;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Finds out which processes have a socket open, by their lists of open files in {@code /proc}. */
public final class SocketOwners {

  private static final String PREFIX = "socket:[";

  private SocketOwners() {}

  /**
   * Returns whether a process has one of some sockets open.
   *
   * @param inodes of the sockets, as in {@link SocketTable.Entry}
   * @return false also if the process has ended, or belongs to another user, so that its files are
   *     not shown
   */
  public static boolean hasAnyOf(Set<Long> inodes, long pid) {
    return !openIn(pid, inodes).isEmpty();
  }

  /** Returns the same for all of the sockets. */
  public static boolean hasAllOf(Set<Long> inodes, long pid) {
    return openIn(pid, inodes).containsAll(inodes);
  }

  /** Returns those of some sockets that a process has open. */
  public static Set<Long> openIn(long pid, Set<Long> inodes) {
    Set<Long> open = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(ProcFs.path(pid + "/fd"))) {
      for (Path file : files) {
        long inode = inode(file);
        if (inodes.contains(inode)) {
          open.add(inode);
        }
      }
    } catch (IOException | DirectoryIteratorException endedOrNotShown) {
      return open;
    }
    return open;
  }

  /** Returns 0 for what is no socket, and for a file that was closed meanwhile. */
  private static long inode(Path file) {
    try {
      String target = Files.readSymbolicLink(file).toString();
      return target.startsWith(PREFIX)
          ? Long.parseLong(target, PREFIX.length(), target.length() - 1, 10)
          : 0;
    } catch (IOException closed) {
      return 0;
    }
  }
}
