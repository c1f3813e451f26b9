package io.freeport.internal.owner;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Another process reads while eight threads enter and remove. The interleaving that must not be
 * seen: a part of one entry with a part of the next one in the same slot, or with its state. From
 * its port follows what an entry has to be.
 */
class LedgerRaceTest {

  private static final int WRITERS = 8;
  private static final int READS = 300;
  private static final int STAYS = 1;

  @TempDir Path temp;

  @Test
  @Timeout(300)
  void aReaderSeesWholeEntriesAndNeverMissesOneThatStays() throws Exception {
    OwnerRegistry registry = OwnerRegistry.open(temp.resolve("owners"));
    try (ChildJvm child = startWriter()) {
      Owner owner = Owner.parse(child.readLine());
      Set<Integer> seen = new HashSet<>();
      // On a busy machine the writer may not get a turn between two reads.
      for (int i = 0; i < READS || seen.size() <= READS; i++) {
        List<RecordedHold> holds =
            registry.livingOwners().stream()
                .filter(record -> record.owner().equals(owner))
                .findFirst()
                .orElseThrow()
                .holds();
        assertThat(holds).allMatch(LedgerRaceTest::isWhole);
        assertThat(holds).extracting(RecordedHold::port).contains(STAYS);
        holds.forEach(hold -> seen.add(hold.port()));
      }
    }
  }

  /** The control: who believes the state alone gets torn entries in the same harness. */
  @Test
  @Timeout(300)
  void aNaiveReaderSeesTornEntries() throws Exception {
    try (ChildJvm child = startWriter()) {
      Owner owner = Owner.parse(child.readLine());
      Path file =
          temp.resolve("owners")
              .resolve(owner.pid() + "-" + owner.start() + "-" + owner.nonce() + ".lock");
      ByteBuffer slots = ByteBuffer.allocateDirect(LedgerSlot.CHUNK).order(ByteOrder.LITTLE_ENDIAN);
      boolean torn = false;
      while (!torn) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          channel.read(slots.clear(), LedgerHeader.SIZE);
        }
        for (int at = 0; at < slots.position(); at += LedgerSlot.SIZE) {
          torn |= slots.get(at) != 0 && !isWhole(naively(slots, at));
        }
      }
    }
  }

  private static RecordedHold naively(ByteBuffer slots, int at) {
    byte[] name = new byte[Math.min(200, Byte.toUnsignedInt(slots.get(at + 23)))];
    byte[] usedBy = new byte[Math.min(231 - name.length, Byte.toUnsignedInt(slots.get(at + 24)))];
    slots.get(at + 25, name);
    slots.get(at + 25 + name.length, usedBy);
    int port = Short.toUnsignedInt(slots.getShort(at + 20));
    return new RecordedHold(
        port,
        protocolOf(port),
        PortState.HELD,
        Instant.EPOCH,
        new String(name, StandardCharsets.UTF_8),
        new String(usedBy, StandardCharsets.UTF_8));
  }

  private static boolean isWhole(RecordedHold hold) {
    return hold.protocol() == protocolOf(hold.port())
        && hold.name().equals(nameOf(hold.port()))
        && hold.usedBy().equals(usedByOf(hold.port()))
        && (hold.state() == PortState.HELD || hold.state() == laterStateOf(hold.port()));
  }

  private static Protocol protocolOf(int port) {
    return switch (port % 3) {
      case 0 -> Protocol.TCP;
      case 1 -> Protocol.UDP;
      default -> Protocol.TCP_AND_UDP;
    };
  }

  private static PortState laterStateOf(int port) {
    return port % 2 == 0 ? PortState.OFFERED : PortState.TAKEN;
  }

  private static String nameOf(int port) {
    return String.valueOf((char) ('a' + port % 26)).repeat(port % 80);
  }

  private static String usedByOf(int port) {
    return String.valueOf((char) ('A' + port % 26)).repeat(port % 151);
  }

  private ChildJvm startWriter() throws IOException {
    return ChildJvm.start(
        Map.of(), List.of("-Dfreeport.dir=" + temp.resolve("owners")), Writer.class);
  }

  static final class Writer {
    private Writer() {}

    public static void main(String[] args) {
      enter(STAYS);
      for (int i = 0; i < WRITERS; i++) {
        Random random = new Random(i);
        new Thread(() -> enterAndRemoveForever(random)).start();
      }
      System.out.println(OwnerRegistry.of(Settings.ofThisJvm()).self());
    }

    private static void enterAndRemoveForever(Random random) {
      Deque<LedgerEntry> entries = new ArrayDeque<>();
      while (true) {
        int port = 2 + random.nextInt(65_000);
        LedgerEntry entry = enter(port);
        entry.state(laterStateOf(port));
        entries.addLast(entry);
        if (entries.size() > random.nextInt(8)) {
          entries.removeFirst().remove();
        }
      }
    }

    private static LedgerEntry enter(int port) {
      return OwnerRegistry.of(Settings.ofThisJvm())
          .enter(port, protocolOf(port), nameOf(port), usedByOf(port));
    }
  }
}
