package io.freeport.internal.os;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
    try (DirectoryStream<Path> files = Files.newDirectoryStream(ProcFs.path(pid + "/fd"))) {
      for (Path file : files) {
        if (inodes.contains(inode(file))) {
          return true;
        }
      }
      return false;
    } catch (IOException | RuntimeException endedOrNotShown) {
      return false;
    }
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
