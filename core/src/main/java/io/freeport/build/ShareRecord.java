package io.freeport.build;

import io.freeport.internal.os.SmallFile;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The record of a shared resource.
 *
 * @param description what it is; empty if it is not started
 * @param uses its users: an owner, and a word that tells several uses of one owner apart
 */
record ShareRecord(String description, List<String> uses) {

  /** The names of a record, of its lock, and of a record that is being written. */
  static final Pattern FILE =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.(lock|share|share\\.new)");

  static final ShareRecord EMPTY = new ShareRecord("", List.of());

  /** Returns the record in the file; an empty record if there is no file. */
  static ShareRecord read(Path file) throws IOException {
    try {
      List<String> lines = SmallFile.read(file, LinkOption.NOFOLLOW_LINKS).lines().toList();
      return lines.isEmpty()
          ? EMPTY
          : new ShareRecord(lines.get(0), List.copyOf(lines.subList(1, lines.size())));
    } catch (NoSuchFileException notStarted) {
      return EMPTY;
    }
  }

  /** Replaces the file at once, so a writer that is killed leaves the former record. */
  void write(Path file) throws IOException {
    if (description.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    List<String> lines = new ArrayList<>();
    lines.add(description);
    lines.addAll(uses);
    Path written = file.resolveSibling(file.getFileName() + ".new");
    Files.write(
        written,
        lines,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        LinkOption.NOFOLLOW_LINKS);
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  ShareRecord withoutDead(OwnerRegistry owners) {
    return new ShareRecord(
        description, uses.stream().filter(use -> !isOfTheDead(use, owners)).toList());
  }

  /** A use that another version of FreePort wrote in another form may be that of a living JVM. */
  private static boolean isOfTheDead(String use, OwnerRegistry owners) {
    try {
      return owners.judge(Owner.parse(use.split(" ", 2)[0])).isDead();
    } catch (IllegalArgumentException ofAnotherVersion) {
      return false;
    }
  }
}
