package io.freeport.build;

import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The record of a shared resource.
 *
 * @param description what it is; empty if it is not started
 * @param uses its users: an owner, and a word that tells several uses of one owner apart
 */
record ShareRecord(String description, List<String> uses) {

  static final ShareRecord EMPTY = new ShareRecord("", List.of());

  /** Returns the record in the file; an empty record if there is no file. */
  static ShareRecord read(Path file) throws IOException {
    try {
      List<String> lines = Files.readAllLines(file);
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
    Files.write(written, lines);
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  ShareRecord withoutDead(OwnerRegistry owners) {
    return new ShareRecord(
        description, uses.stream().filter(use -> !owners.judge(ownerOf(use)).isDead()).toList());
  }

  private static Owner ownerOf(String use) {
    return Owner.parse(use.substring(0, use.indexOf(' ')));
  }
}
