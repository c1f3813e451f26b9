package io.freeport.internal.owner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class TicketsTest {

  private static final long NUMBER = 1_700_000_000_000_000_000L;

  @TempDir Path temp;
  private Path directory;
  private Tickets one;
  private Tickets other;

  @BeforeEach
  void openTwo() {
    directory = temp.resolve("owners");
    one = OwnerRegistry.open(directory).tickets().orElseThrow();
    other = OwnerRegistry.open(directory).tickets().orElseThrow();
  }

  private static Instant later() {
    return Instant.now().plusSeconds(600);
  }

  private Path file(String name) {
    return directory.resolve("queue").resolve(name);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("queue"))) {
      return files.toList();
    }
  }

  @Test
  void areSortedByTheirNumbers() throws IOException {
    assertThat(one.before(Long.MAX_VALUE)).isEmpty();
    other.take(NUMBER + 2, later(), "second");
    other.take(NUMBER + 4, later(), "third");
    other.take(NUMBER, later(), "first");
    one.take(NUMBER + 3, later(), "our own");
    assertThat(one.before(NUMBER + 3)).containsExactly("first", "second");
    assertThat(one.before(Long.MAX_VALUE)).containsExactly("first", "second", "third");
    assertThat(one.before(NUMBER - 1)).isEmpty();
    other.giveBack(NUMBER);
    assertThat(one.before(NUMBER + 3)).containsExactly("second");
  }

  @Test
  void countForALimitedTime() throws IOException {
    other.take(NUMBER, Instant.now().minusSeconds(1), "too old");
    other.take(NUMBER + 1, later(), "in time");
    assertThat(one.before(Long.MAX_VALUE)).containsExactly("in time");
  }

  /** It waits for other ports, which have the same numbers. */
  @Test
  void ofAnotherNetworkNamespaceDoNotCount() throws IOException {
    OwnerDirectory owners = OwnerDirectory.open(directory, OwnerRegistry.open(temp).self());
    owners.tickets("4026531841").take(NUMBER, later(), "in a sandbox");
    owners.tickets("").take(NUMBER + 1, later(), "unknown");
    OwnerDirectory others = OwnerDirectory.open(directory, OwnerRegistry.open(temp).self());
    assertThat(others.tickets("4026531840").before(Long.MAX_VALUE)).containsExactly("unknown");
    assertThat(others.tickets("4026531841").before(Long.MAX_VALUE))
        .containsExactly("in a sandbox", "unknown");
  }

  @Test
  void ofADeadOwnerAreRemoved() throws Exception {
    try (OwnerChild child = OwnerChild.start(directory)) {
      Owner owner = child.owner();
      Files.createDirectories(directory.resolve("queue"));
      Path ticket =
          file(NUMBER + "-" + owner.pid() + "-" + owner.start() + "-" + owner.nonce() + ".ticket");
      Files.writeString(ticket, later().toEpochMilli() + "\n\nalive");
      assertThat(one.before(Long.MAX_VALUE)).containsExactly("alive");
      child.kill();
      assertThat(one.before(Long.MAX_VALUE)).isEmpty();
      assertThat(ticket).doesNotExist();
    }
  }

  @Test
  void ofAnInterruptedThreadAreTaken() throws IOException {
    Thread.currentThread().interrupt();
    one.take(NUMBER, later(), "interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(other.before(Long.MAX_VALUE)).containsExactly("interrupted");
  }

  /** What somebody else put there is left alone, and to read it must not take for ever. */
  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void otherFilesAreLeftAlone() throws Exception {
    other.take(NUMBER, later(), "a ticket");
    String owner = files().get(0).getFileName().toString().substring(19);
    Files.writeString(file((NUMBER + 1) + owner), "");
    Files.writeString(file((NUMBER + 2) + owner), "tomorrow\n\ntext");
    Files.createDirectory(file((NUMBER + 3) + owner));
    Files.writeString(file("notes.txt"), "x");
    Files.createSymbolicLink(file((NUMBER + 4) + owner), file("notes.txt"));
    assertThat(one.before(Long.MAX_VALUE)).containsExactly("a ticket");
    assertThat(files()).hasSize(6);
  }

  @Test
  void thereAreNoneWithoutADirectory() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertThat(OwnerRegistry.open(file).tickets()).isEmpty();
  }
}
