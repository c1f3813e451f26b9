package io.freeport.internal.owner;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a ledger while its owner writes to it. The files of other processes are read and not
 * mapped: one that is cut off meanwhile ends early, where a mapped one would end this process.
 */
final class LedgerReader {

  /** Where the bytes of a ledger come from; they may change between two reads. */
  interface Source {
    /** Fills the buffer, as far as there are bytes. */
    void read(ByteBuffer into, long position) throws IOException;
  }

  /** An entry that stays is read at once; one that changes faster than this was not there long. */
  private static final int ATTEMPTS = 8;

  private LedgerReader() {}

  /**
   * Returns what a living owner has on record, or nothing if it has just started.
   *
   * @throws IOException if the file is not one that a ledger writes; the message says why
   */
  static @Nullable OwnerRecord read(FileChannel channel, Consumer<String> damage)
      throws IOException {
    long size = channel.size();
    if (size == 0) {
      return null;
    }
    if (size > LedgerSlot.LONGEST_FILE) {
      throw new IOException("it is too long, with " + size + " bytes");
    }
    Source source = (into, position) -> fill(channel, into, position);
    LedgerHeader header = header(source);
    return new OwnerRecord(
        header.owner(),
        header.module(),
        header.network(),
        header.since(),
        holds(source, size, damage));
  }

  /** Returns who wrote a file, or nothing if it does not tell. */
  static @Nullable Owner ownerOf(FileChannel channel) throws OtherVersionException {
    try {
      return header((into, position) -> fill(channel, into, position)).owner();
    } catch (OtherVersionException e) {
      throw e;
    } catch (IOException damaged) {
      return null;
    }
  }

  private static LedgerHeader header(Source source) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(LedgerHeader.SIZE);
    source.read(page, 0);
    return LedgerHeader.parse(page.flip());
  }

  private static void fill(FileChannel channel, ByteBuffer into, long position) throws IOException {
    int start = into.position();
    while (into.hasRemaining() && channel.read(into, position + into.position() - start) >= 0) {}
  }

  /** Returns the entries by port. What is damaged is told and left out. */
  static List<RecordedHold> holds(Source source, long size, Consumer<String> damage)
      throws IOException {
    List<RecordedHold> holds = new ArrayList<>();
    ByteBuffer chunk = ByteBuffer.allocate(LedgerSlot.CHUNK);
    for (long position = LedgerHeader.SIZE; position < size; position += LedgerSlot.CHUNK) {
      chunk.clear().limit((int) Math.min(LedgerSlot.CHUNK, size - position));
      source.read(chunk, position);
      for (int at = 0; at + LedgerSlot.SIZE <= chunk.position(); at += LedgerSlot.SIZE) {
        ByteBuffer slot = chunk.slice(at, LedgerSlot.SIZE);
        RecordedHold hold = holdIn(slot, source, position + at, damage);
        if (hold != null) {
          holds.add(hold);
        }
      }
    }
    holds.sort(Comparator.comparing(RecordedHold::port).thenComparing(RecordedHold::protocol));
    return holds;
  }

  private static @Nullable RecordedHold holdIn(
      ByteBuffer slot, Source source, long position, Consumer<String> damage) throws IOException {
    for (int attempt = 1; attempt <= ATTEMPTS && !LedgerSlot.isFree(slot, 0); attempt++) {
      RecordedHold hold = LedgerSlot.read(slot, 0);
      if (hold != null) {
        return hold;
      }
      byte[] before = new byte[LedgerSlot.SIZE];
      slot.get(0, before);
      source.read(slot.clear(), position);
      if (slot.clear().equals(ByteBuffer.wrap(before))) {
        damage.accept("its entry at " + position + " is damaged");
        return null;
      }
    }
    return null;
  }
}
