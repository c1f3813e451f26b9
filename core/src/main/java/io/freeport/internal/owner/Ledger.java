package io.freeport.internal.owner;

import io.freeport.PortState;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What this JVM holds, written to its owner file for other processes to read. The file is a {@link
 * LedgerHeader} and then slots of {@link LedgerSlot}s, mapped in chunks; to enter and to remove a
 * port is to write to memory. The kernel keeps that up to date for readers, and for those that come
 * after a {@code kill -9}.
 *
 * <p>Slots are taken from a stack, so few pages are written to again and again.
 */
final class Ledger implements LedgerReader.Source {

  private static final int CHUNK = LedgerSlot.CHUNK;

  private static final Logger LOGGER = System.getLogger(Ledger.class.getName());

  private final OwnerLockFile file;
  private final List<ByteBuffer> chunks = new CopyOnWriteArrayList<>();
  private final Deque<Slot> free = new ConcurrentLinkedDeque<>();
  private volatile boolean canGrow = true;
  private volatile boolean lost;

  private Ledger(OwnerLockFile file) {
    this.file = file;
  }

  static Ledger create(OwnerLockFile file, LedgerHeader header) throws IOException {
    Ledger ledger = new Ledger(file);
    UninterruptibleCall.call(() -> write(file.channel(), header.toBytes(), 0));
    ledger.addChunk();
    return ledger;
  }

  LedgerEntry enter(RecordedHold hold) {
    if (lost) {
      return LedgerEntry.NONE;
    }
    try {
      Slot slot = free.pollFirst();
      if (slot == null) {
        slot = grow();
      }
      return slot == null ? LedgerEntry.NONE : slot.enter(hold);
    } catch (InternalError e) {
      lose(e);
      return LedgerEntry.NONE;
    }
  }

  /**
   * If somebody cuts the file off, memory that was mapped is gone. The JVM survives the signal and
   * throws this error, a little later; a hold must not fail for that.
   */
  private void lose(InternalError e) {
    lost = true;
    LOGGER.log(
        Level.WARNING,
        "{0} was cut off ({1}). What this JVM holds will not be seen by others.",
        file.path(),
        e);
  }

  private @Nullable Slot grow() {
    if (!canGrow) {
      return null;
    }
    synchronized (this) {
      Slot slot = free.pollFirst();
      if (slot != null || !canGrow) {
        return slot;
      }
      try {
        addChunk();
      } catch (IOException e) {
        canGrow = false;
        LOGGER.log(
            Level.WARNING,
            "{0} cannot grow ({1}). What else this JVM holds will not be seen by others.",
            file.path(),
            e);
      }
      return free.pollFirst();
    }
  }

  /**
   * Zeros are written before the file is mapped: a disk that is full fails the write; in a sparse
   * file it would fail the first access to the memory, with a signal.
   */
  private void addChunk() throws IOException {
    long position = LedgerHeader.SIZE + (long) chunks.size() * CHUNK;
    ByteBuffer chunk =
        UninterruptibleCall.call(
            () -> {
              write(file.channel(), ByteBuffer.allocate(CHUNK), position);
              return file.channel().map(FileChannel.MapMode.READ_WRITE, position, CHUNK);
            });
    chunks.add(chunk);
    canGrow = position + 2L * CHUNK <= LedgerSlot.LONGEST_FILE;
    for (int at = CHUNK - LedgerSlot.SIZE; at >= 0; at -= LedgerSlot.SIZE) {
      free.addFirst(new Slot(chunk, at));
    }
  }

  private static int write(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    int written = 0;
    while (bytes.hasRemaining()) {
      written += channel.write(bytes, position + written);
    }
    return written;
  }

  /** Returns what is in the ledger, from memory: this process must not open its own file again. */
  List<RecordedHold> holds() throws IOException {
    if (lost) {
      return List.of();
    }
    try {
      return LedgerReader.holds(
          this,
          LedgerHeader.SIZE + (long) chunks.size() * CHUNK,
          damage -> LOGGER.log(Level.DEBUG, "{0}: {1}", file.path(), damage));
    } catch (InternalError e) {
      lose(e);
      return List.of();
    }
  }

  @Override
  public void read(ByteBuffer into, long position) {
    long inSlots = position - LedgerHeader.SIZE;
    ByteBuffer chunk = chunks.get((int) (inSlots / CHUNK));
    into.put(chunk.slice((int) (inSlots % CHUNK), into.remaining()));
  }

  /** A place in the file, for one thread after the other. */
  private final class Slot {

    private final ByteBuffer chunk;
    private final int at;

    /** Written by the one thread that took the slot from the stack. */
    private int generation;

    Slot(ByteBuffer chunk, int at) {
      this.chunk = chunk;
      this.at = at;
    }

    LedgerEntry enter(RecordedHold hold) {
      generation++;
      LedgerSlot.write(chunk, at, generation, hold);
      return new Entry(this, generation);
    }
  }

  private final class Entry implements LedgerEntry {

    private final Slot slot;
    private final int generation;

    Entry(Slot slot, int generation) {
      this.slot = slot;
      this.generation = generation;
    }

    @Override
    public void state(PortState state) {
      if (!lost) {
        try {
          LedgerSlot.state(slot.chunk, slot.at, generation, state);
        } catch (InternalError e) {
          lose(e);
        }
      }
    }

    @Override
    public void remove() {
      if (!lost) {
        try {
          if (LedgerSlot.clear(slot.chunk, slot.at, generation)) {
            free.addFirst(slot);
          }
        } catch (InternalError e) {
          lose(e);
        }
      }
    }
  }
}
