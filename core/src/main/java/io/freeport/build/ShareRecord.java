package io.freeport.build;

import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What is on record about something that is shared.
 *
 * @param description what it is; empty if it is not started
 * @param uses who uses it: an owner, and what tells apart several uses by one
 */
record ShareRecord(String description, List<String> uses) {

  static final ShareRecord EMPTY = new ShareRecord("", List.of());

  /** The last line: without it, somebody was killed while writing. */
  private static final String END = "end";

  private static final int LONGEST = 1 << 20;

  static ShareRecord read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), LONGEST));
    int position = 0;
    for (int read = 0; read >= 0 && bytes.hasRemaining(); position += read) {
      read = channel.read(bytes, position);
    }
    bytes.flip();
    List<String> lines = StandardCharsets.UTF_8.decode(bytes).toString().lines().toList();
    if (lines.size() < 2 || !lines.get(lines.size() - 1).equals(END)) {
      return EMPTY;
    }
    return new ShareRecord(lines.get(0), List.copyOf(lines.subList(1, lines.size() - 1)));
  }

  void write(FileChannel channel) throws IOException {
    List<String> lines = new ArrayList<>();
    if (!description.isEmpty()) {
      lines.add(description);
      lines.addAll(uses);
      lines.add(END);
    }
    channel.truncate(0);
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(String.join("\n", lines));
    int position = 0;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  ShareRecord withoutDead(OwnerRegistry owners) {
    return new ShareRecord(
        description, uses.stream().filter(use -> !owners.judge(ownerOf(use)).isDead()).toList());
  }

  private static Owner ownerOf(String use) {
    return Owner.parse(use.substring(0, use.indexOf(' ')));
  }
}
