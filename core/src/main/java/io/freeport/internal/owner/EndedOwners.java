package io.freeport.internal.owner;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The files of owners that have ended, where nothing else can tell it. They lie apart, in a folder
 * for each day, so that the start of a JVM does not look at each of them, and are removed with
 * their day after a week.
 */
final class EndedOwners {

  private static final String FOLDER = "ended";
  private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  private static final int KEPT_DAYS = 7;

  private final PrivateDirectory directory;

  EndedOwners(PrivateDirectory directory) {
    this.directory = directory;
  }

  /** Moves a file of an owner that has ended here. Only its header is kept. */
  void add(Path file) throws IOException {
    directory.folder(FOLDER);
    Path kept = directory.folder(FOLDER + "/" + today()).resolve(nameOf(file));
    Files.move(file, kept, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel channel =
        FileChannel.open(kept, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      channel.truncate(LedgerHeader.SIZE);
    }
  }

  /** Returns whether a file of this name was moved here. */
  boolean contains(String name) throws IOException {
    for (Path day : days()) {
      if (Files.isRegularFile(day.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Removes what is older than a week.
   *
   * @param ours the names of files that may be removed
   */
  void removeOld(Pattern ours) throws IOException {
    String oldest = today().minusDays(KEPT_DAYS).toString();
    for (Path day : days()) {
      if (nameOf(day).compareTo(oldest) < 0) {
        remove(day, ours);
      }
    }
  }

  /** Several JVMs may do this at the same time. */
  private static void remove(Path day, Pattern ours) throws IOException {
    for (Path file : entriesOf(day)) {
      if (ours.matcher(nameOf(file)).matches()) {
        Files.deleteIfExists(file);
      }
    }
    try {
      Files.deleteIfExists(day);
    } catch (DirectoryNotEmptyException notAllOurs) {
      // stays
    }
  }

  private List<Path> days() throws IOException {
    List<Path> days = new ArrayList<>();
    for (Path day : entriesOf(directory.path().resolve(FOLDER))) {
      if (DAY.matcher(nameOf(day)).matches() && Files.isDirectory(day, LinkOption.NOFOLLOW_LINKS)) {
        days.add(day);
      }
    }
    return days;
  }

  private static List<Path> entriesOf(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      all.forEach(entries::add);
    } catch (NoSuchFileException removedMeanwhile) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return entries;
  }

  private static LocalDate today() {
    return LocalDate.now(ZoneOffset.UTC);
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }
}
