package io.freeport.internal.owner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortState;
import io.freeport.Protocol;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LedgerSlotTest {

  private static final Instant SINCE = Instant.parse("2026-01-02T03:04:05.678Z");

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(2 * LedgerSlot.SIZE);

  @ParameterizedTest
  @EnumSource
  void readsWhatItWrites(Protocol protocol) {
    for (PortState state : PortState.values()) {
      RecordedHold hold = new RecordedHold(65535, protocol, state, SINCE, "db", "OrderTest.größe");
      LedgerSlot.write(buffer, LedgerSlot.SIZE, 7, hold);
      assertThat(LedgerSlot.read(buffer, LedgerSlot.SIZE)).isEqualTo(hold);
    }
  }

  @Test
  void aSlotIsFreeUntilItIsWrittenAndAfterItIsCleared() {
    assertThat(LedgerSlot.isFree(buffer, 0)).isTrue();
    LedgerSlot.write(buffer, 0, 1, hold("a", "b"));
    assertThat(LedgerSlot.isFree(buffer, 0)).isFalse();
    assertThat(LedgerSlot.clear(buffer, 0, 1)).isTrue();
    assertThat(LedgerSlot.isFree(buffer, 0)).isTrue();
    assertThat(LedgerSlot.clear(buffer, 0, 1)).as("once more").isFalse();
  }

  @Test
  void aFormerGenerationChangesNothing() {
    LedgerSlot.write(buffer, 0, 1, hold("first", ""));
    LedgerSlot.clear(buffer, 0, 1);
    LedgerSlot.write(buffer, 0, 2, hold("second", ""));

    LedgerSlot.state(buffer, 0, 1, PortState.TAKEN);
    assertThat(LedgerSlot.clear(buffer, 0, 1)).isFalse();

    assertThat(LedgerSlot.read(buffer, 0)).isEqualTo(hold("second", ""));
  }

  @Test
  void theWordOfOneEntryDoesNotFitTheRestOfAnother() {
    LedgerSlot.write(buffer, 0, 1, hold("same", ""));
    LedgerSlot.state(buffer, 0, 1, PortState.TAKEN);
    int word = buffer.getInt(0);
    LedgerSlot.clear(buffer, 0, 1);
    LedgerSlot.write(buffer, 0, 2, hold("same", ""));
    buffer.putInt(0, word);
    assertThat(LedgerSlot.read(buffer, 0)).isNull();
  }

  @Test
  void anyBitCounts() {
    LedgerSlot.write(buffer, 0, 1, hold("name", "used by"));
    int used = 25 + "name".length() + "used by".length();
    for (int bit = 8; bit < used * 8; bit++) {
      int at = bit / 8;
      buffer.put(at, (byte) (buffer.get(at) ^ 1 << bit % 8));
      assertThat(LedgerSlot.read(buffer, 0)).as("with bit %d flipped", bit).isNull();
      buffer.put(at, (byte) (buffer.get(at) ^ 1 << bit % 8));
    }
    assertThat(LedgerSlot.read(buffer, 0)).isEqualTo(hold("name", "used by"));
  }

  @Test
  void longTextsAreCutBetweenCharactersAndStayInTheirSlot() {
    LedgerSlot.write(buffer, LedgerSlot.SIZE, 1, hold("next", ""));
    for (String character : new String[] {"x", "é", "€", "😀"}) {
      for (int shift = 0; shift < 4; shift++) {
        String text = "-".repeat(shift) + character.repeat(300);
        LedgerSlot.write(buffer, 0, 1, hold(text, text));
        RecordedHold read = Objects.requireNonNull(LedgerSlot.read(buffer, 0));
        assertThat(text).startsWith(read.name()).startsWith(read.usedBy());
        assertThat(read.name().getBytes(UTF_8).length).isBetween(77, 80);
        assertThat(read.usedBy()).hasSizeGreaterThan(read.name().length());
      }
    }
    assertThat(LedgerSlot.read(buffer, LedgerSlot.SIZE)).isEqualTo(hold("next", ""));
  }

  private static RecordedHold hold(String name, String usedBy) {
    return new RecordedHold(8080, Protocol.TCP, PortState.HELD, SINCE, name, usedBy);
  }
}
