package io.freeport.internal.owner;

import io.freeport.internal.os.SmallFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The tickets of those who wait in the JVMs that share a directory: one small file each. The file's
 * name starts with a number by which all JVMs sort the tickets, and ends with the owner. The lock
 * on the owner's file tells whether the owner still waits, so a ticket needs no lock.
 *
 * <p>A ticket whose owner is dead does not count. The next JVM that looks removes it. Neither does
 * a ticket of another network namespace: its ports are not ours.
 */
public final class Tickets {

  /** {@code NUMBER-PID-START-NONCE.ticket}; without the number, it is the name of an owner. */
  private static final Pattern NAME =
      Pattern.compile("([0-9]{19})-([0-9]{1,18}-[0-9]{1,18}-[0-9a-f]{8})\\.ticket");

  /** Tells whether an owner lives. */
  interface Lives {
    boolean test(String owner) throws IOException;
  }

  private static final String FOLDER = "queue";

  private final PrivateDirectory parent;
  private final Path directory;
  private final String self;
  private final String network;
  private final Lives lives;

  /**
   * @param parent has the folder of the tickets, once there has been one
   * @param self this owner, as the names of tickets have it
   * @param network the number of this owner's network namespace; empty if unknown
   * @param lives is asked about the owners of other tickets
   */
  Tickets(PrivateDirectory parent, String self, String network, Lives lives) {
    this.parent = parent;
    this.directory = parent.path().resolve(FOLDER);
    this.self = self;
    this.network = network;
    this.lives = lives;
  }

  /**
   * Takes a ticket.
   *
   * @param number the nanoseconds since 1970 at which the wait began; this JVM never uses it again
   * @param until from then on, the ticket does not count
   * @param text what others should know, in one line
   */
  public void take(long number, Instant until, String text) throws IOException {
    UninterruptibleCall.call(
        () -> {
          Path folder = parent.folder(FOLDER);
          return Files.writeString(
              folder.resolve(nameOf(number)),
              until.toEpochMilli() + "\n" + network + "\n" + text,
              StandardOpenOption.CREATE_NEW);
        });
  }

  /** Gives a ticket back. */
  public void giveBack(long number) throws IOException {
    UninterruptibleCall.call(() -> Files.deleteIfExists(fileOf(number)));
  }

  /**
   * Returns what is on the tickets that other living owners of this network namespace took earlier.
   *
   * @param number that of a ticket of this JVM
   * @return in the order of the tickets
   */
  public List<String> before(long number) throws IOException {
    return UninterruptibleCall.call(() -> read(nameOf(number)));
  }

  private List<String> read(String end) throws IOException {
    List<String> texts = new ArrayList<>();
    Map<String, Boolean> alive = new HashMap<>();
    for (String name : names()) {
      Matcher matcher = NAME.matcher(name);
      if (name.compareTo(end) >= 0 || !matcher.matches() || matcher.group(2).equals(self)) {
        continue;
      }
      String owner = matcher.group(2);
      if (!alive.containsKey(owner)) {
        alive.put(owner, lives.test(owner));
      }
      Path file = directory.resolve(name);
      if (!Boolean.TRUE.equals(alive.get(owner))) {
        Files.deleteIfExists(file);
        continue;
      }
      String[] lines = linesOf(file);
      // Further lines are those of a later version.
      if (lines.length >= 3
          && lines[0].matches("[0-9]{1,18}")
          && System.currentTimeMillis() < Long.parseLong(lines[0])
          && LedgerHeader.isOneNetwork(lines[1], network)) {
        texts.add(lines[2]);
      }
    }
    return texts;
  }

  private List<String> names() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory);
        Stream<Path> stream = StreamSupport.stream(files.spliterator(), false)) {
      return stream.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (NoSuchFileException nobodyEverWaited) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Returns nothing for a ticket that has been given back, or is not written yet. */
  private static String[] linesOf(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new String[0]; // to open a pipe for reading would wait for a writer
    }
    try {
      return SmallFile.read(file).split("\n", -1);
    } catch (NoSuchFileException givenBack) {
      return new String[0];
    }
  }

  private String nameOf(long number) {
    return number + "-" + self + ".ticket";
  }

  private Path fileOf(long number) {
    return directory.resolve(nameOf(number));
  }
}
