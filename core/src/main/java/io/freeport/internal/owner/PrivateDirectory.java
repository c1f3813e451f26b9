package io.freeport.internal.owner;

import io.freeport.internal.os.ProcFs;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A directory that only its user can write to. It may lie where everybody can make files, such as
 * {@code /tmp}: nothing is written, read or removed in a directory that somebody else made, or that
 * is a link.
 */
final class PrivateDirectory {

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  /** Stands for the owner where files have no numbers of users. */
  private static final Object NOBODY = "";

  private final Path path;
  private final boolean posix;
  private final Object us;

  private PrivateDirectory(Path path) throws IOException {
    this.path = path;
    this.posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    this.us = posix ? us() : NOBODY;
  }

  private static Object us() throws IOException {
    if (ProcFs.isThere()) {
      return ProcFs.user();
    }
    Path ours = Files.createTempFile("freeport", null);
    try {
      return Files.getAttribute(ours, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    } finally {
      Files.deleteIfExists(ours);
    }
  }

  /**
   * Returns a directory, made if need be.
   *
   * @throws IOException if it is no directory, belongs to somebody else, or is open to others; the
   *     message says what to do
   */
  static PrivateDirectory open(Path path) throws IOException {
    PrivateDirectory directory = new PrivateDirectory(path);
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null && !Files.exists(parent)) {
      Files.createDirectories(parent, directory.attributes());
    }
    directory.make(path);
    if (directory.posix) {
      Set<PosixFilePermission> permissions =
          Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
      if (!PRIVATE.containsAll(permissions)) {
        throw new IOException(
            path
                + " is open to others ("
                + PosixFilePermissions.toString(permissions)
                + "), expected "
                + PosixFilePermissions.toString(PRIVATE)
                + ". Remove it, or see what is in it and run chmod 700");
      }
    }
    return directory;
  }

  private FileAttribute<?>[] attributes() {
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PRIVATE)}
        : new FileAttribute<?>[0];
  }

  private void make(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, attributes());
    } catch (FileAlreadyExistsException e) {
      requireOurDirectory(directory);
    }
  }

  private void requireOurDirectory(Path directory) throws IOException {
    if (Files.isSymbolicLink(directory)) {
      throw new IOException(directory + " is a link, expected a directory");
    }
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(directory + " is not a directory");
    }
    if (posix && !us.equals(Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
      throw new IOException(
          directory
              + " belongs to "
              + Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).getName()
              + ", not to the user of this JVM ("
              + us
              + ")");
    }
  }

  Path path() {
    return path;
  }

  boolean isPosix() {
    return posix;
  }

  /**
   * Returns a folder within this directory, made if need be.
   *
   * @throws IOException if something else has this name
   */
  Path folder(String name) throws IOException {
    Path folder = path.resolve(name);
    make(folder);
    return folder;
  }

  /**
   * Checks a file before it is opened. A link may lead to a file of this process; to open a pipe
   * for reading waits for a writer; and files of others are left alone.
   *
   * @throws IOException if it is no regular file of ours with one name
   */
  void requireOurFile(Path file) throws IOException {
    Map<String, Object> attributes =
        Files.readAttributes(
            file,
            posix ? "unix:isRegularFile,nlink,uid,owner" : "isRegularFile",
            LinkOption.NOFOLLOW_LINKS);
    if (!Objects.equals(attributes.get("isRegularFile"), true)) {
      throw new IOException("it is not a regular file");
    }
    if (posix && !Objects.equals(attributes.get("nlink"), 1)) {
      throw new IOException("it has several names");
    }
    if (posix && !us.equals(attributes.get("uid"))) {
      throw new IOException("it belongs to " + attributes.get("owner"));
    }
  }
}
