package io.freeport.testcontainers;

import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The temporary files that are written for Compose. Their names contain their owner, so that the
 * next JVM that needs such files removes those of JVMs that were killed.
 */
final class ComposeFiles {

  private static final Logger LOGGER = System.getLogger(ComposeFiles.class.getName());
  private static final String PREFIX = "freeport-compose+";
  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(PREFIX) + "(.+)\\+[0-9]+\\.[a-z]+");

  private final Path directory;
  private final OwnerRegistry owners;

  ComposeFiles(Path directory, OwnerRegistry owners) {
    this.directory = directory;
    this.owners = owners;
  }

  /** Returns the files in the directory for temporary files. */
  static ComposeFiles ownedBy(OwnerRegistry owners) {
    return new ComposeFiles(Path.of(System.getProperty("java.io.tmpdir")), owners);
  }

  /** Makes an empty file, which is removed when the JVM ends, if nobody did that before. */
  Path create(String extension) throws IOException {
    Path file =
        Files.createTempFile(
            directory, PREFIX + owners.self().toString().replace('/', '+') + "+", extension);
    file.toFile().deleteOnExit();
    return file;
  }

  void removeThoseOfTheDead() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*")) {
      for (Path file : files) {
        removeIfOfTheDead(file);
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOGGER.log(Level.DEBUG, "Cannot look for former files of Compose in " + directory, e);
    }
  }

  private boolean isOfTheDead(Owner owner, Path file) throws IOException {
    FileTime written = Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS);
    return owners.judge(owner, written.toInstant()).isDead();
  }

  private void removeIfOfTheDead(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    try {
      if (name.matches() && isOfTheDead(Owner.parse(name.group(1).replace('+', '/')), file)) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | IllegalArgumentException e) { // another user's, or not one of ours
      LOGGER.log(Level.DEBUG, "Left {0} where it is: {1}", file, e);
    }
  }
}
