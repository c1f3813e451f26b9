package io.freeport.internal.owner;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freeport.PortState;
import io.freeport.Protocol;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The form of one entry in an owner file.
 *
 * <pre>
 *    0  int    the word: generation (upper 24 bits), state (lower 8 bits; 0 if the slot is free)
 *    4  int    checksum of all that follows, up to the end of the texts
 *    8  int    generation, as in the word
 *   12  long   since, in milliseconds since 1970
 *   20  short  port
 *   22  byte   protocol
 *   23  byte   length of the name
 *   24  byte   length of usedBy
 *   25         name, usedBy in UTF-8
 * </pre>
 *
 * <p>The writer clears the word, writes the rest, and publishes the word last. A reader in another
 * process copies the slot with one read, which may begin before a port is removed and end after
 * another one took its slot:
 *
 * <pre>
 *   writer   remove A ..... enter B: rest of B, word of B
 *   reader   word of A ................... rest of B
 * </pre>
 *
 * <p>Were the state in the word alone, the reader would take B to be in the state of A; hence the
 * generation, which is another one each time that the slot is used. A rest that is partly A's and
 * partly B's has the wrong checksum. A reader so needs nothing of the order in which it copies.
 */
final class LedgerSlot {

  static final int SIZE = 256;

  /** Number of bytes by which the file grows. */
  static final int CHUNK = 512 * SIZE;

  /** As many slots as there are TCP and UDP ports. */
  static final int LONGEST_FILE = LedgerHeader.SIZE + 2 * 65536 * SIZE;

  private static final int CHECKSUM = 4;
  private static final int CHECKED = 8;
  private static final int SINCE = 12;
  private static final int PORT = 20;
  private static final int PROTOCOL = 22;
  private static final int NAME_LENGTH = 23;
  private static final int USED_BY_LENGTH = 24;
  private static final int TEXT = 25;
  private static final int LONGEST_NAME = 80;

  private static final int FREE = 0;
  private static final Protocol[] PROTOCOLS = Protocol.values();
  private static final PortState[] STATES = PortState.values();

  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private LedgerSlot() {}

  /** Writes an entry to a slot that is free and that no other thread writes to. */
  static void write(ByteBuffer buffer, int at, int generation, RecordedHold hold) {
    byte[] name = Utf8.cut(hold.name(), LONGEST_NAME);
    byte[] usedBy = Utf8.cut(hold.usedBy(), SIZE - TEXT - name.length);
    byte[] bytes = new byte[TEXT + name.length + usedBy.length];
    ByteBuffer slot = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    slot.putInt(CHECKED, generation);
    slot.putLong(SINCE, hold.since().toEpochMilli());
    slot.putShort(PORT, (short) hold.port());
    slot.put(PROTOCOL, codeOf(hold.protocol()));
    slot.put(NAME_LENGTH, (byte) name.length);
    slot.put(USED_BY_LENGTH, (byte) usedBy.length);
    System.arraycopy(name, 0, bytes, TEXT, name.length);
    System.arraycopy(usedBy, 0, bytes, TEXT + name.length, usedBy.length);
    slot.putInt(CHECKSUM, checksum(bytes, bytes.length));

    // The word was cleared when the former entry was removed. Not before that is seen may any of
    // this be.
    VarHandle.storeStoreFence();
    buffer.put(at + CHECKSUM, bytes, CHECKSUM, bytes.length - CHECKSUM);
    WORD.setRelease(buffer, at, word(generation, hold.state()));
  }

  /** Does nothing if the entry of that generation is gone. */
  static void state(ByteBuffer buffer, int at, int generation, PortState state) {
    replace(buffer, at, generation, word(generation, state));
  }

  /** Returns whether this call, and no other one, cleared the entry of that generation. */
  static boolean clear(ByteBuffer buffer, int at, int generation) {
    return replace(buffer, at, generation, word(generation, FREE));
  }

  private static boolean replace(ByteBuffer buffer, int at, int generation, int word) {
    while (true) {
      int current = (int) WORD.getVolatile(buffer, at);
      if (stateIn(current) == FREE || current - stateIn(current) != word(generation, FREE)) {
        return false;
      }
      if (WORD.compareAndSet(buffer, at, current, word)) {
        return true;
      }
    }
  }

  static boolean isFree(ByteBuffer buffer, int at) {
    return stateIn((int) WORD.get(buffer, at)) == FREE;
  }

  /** Returns the entry, or nothing if the bytes are not those of one entry. */
  static @Nullable RecordedHold read(ByteBuffer buffer, int at) {
    byte[] bytes = new byte[SIZE];
    buffer.get(at, bytes);
    ByteBuffer slot = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int word = slot.getInt(0);
    PortState state = stateOf(stateIn(word));
    Protocol protocol = protocolOf(slot.get(PROTOCOL));
    int port = Short.toUnsignedInt(slot.getShort(PORT));
    int name = Byte.toUnsignedInt(slot.get(NAME_LENGTH));
    int usedBy = Byte.toUnsignedInt(slot.get(USED_BY_LENGTH));
    if (TEXT + name + usedBy > SIZE
        || slot.getInt(CHECKSUM) != checksum(bytes, TEXT + name + usedBy)
        || word(slot.getInt(CHECKED), FREE) != word - stateIn(word)
        || state == null
        || protocol == null
        || port == 0) {
      return null;
    }
    return new RecordedHold(
        port,
        protocol,
        state,
        Instant.ofEpochMilli(slot.getLong(SINCE)),
        new String(bytes, TEXT, name, UTF_8),
        new String(bytes, TEXT + name, usedBy, UTF_8));
  }

  private static int word(int generation, PortState state) {
    return word(generation, codeOf(state));
  }

  private static int word(int generation, int state) {
    return generation << 8 | state;
  }

  private static int stateIn(int word) {
    return word & 0xFF;
  }

  private static byte codeOf(PortState state) {
    return switch (state) {
      case HELD -> 1;
      case OFFERED -> 2;
      case TAKEN -> 3;
      case RELEASED -> 4;
    };
  }

  private static @Nullable PortState stateOf(int code) {
    for (PortState state : STATES) {
      if (codeOf(state) == code) {
        return state;
      }
    }
    return null;
  }

  private static byte codeOf(Protocol protocol) {
    return switch (protocol) {
      case TCP -> 1;
      case UDP -> 2;
      case TCP_AND_UDP -> 3;
    };
  }

  private static @Nullable Protocol protocolOf(int code) {
    for (Protocol protocol : PROTOCOLS) {
      if (codeOf(protocol) == code) {
        return protocol;
      }
    }
    return null;
  }

  private static int checksum(byte[] bytes, int end) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, CHECKED, end - CHECKED);
    return (int) checksum.getValue();
  }
}
