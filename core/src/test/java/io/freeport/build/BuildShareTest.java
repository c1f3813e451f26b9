package io.freeport.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JVMs that are forks of this one, which stands for Maven. */
class BuildShareTest {

  @TempDir Path directory;
  private final String name = "test-" + UUID.randomUUID();

  private ChildJvm fork() throws IOException {
    ChildJvm fork =
        ChildJvm.start(Map.of(), List.of(), Fork.class, name, directory.resolve("journal"));
    return fork;
  }

  private List<String> journal() throws IOException {
    return Files.readAllLines(directory.resolve("journal"));
  }

  @Test
  void theFirstStartsAndTheLastStops() throws Exception {
    List<ChildJvm> forks = new ArrayList<>();
    try {
      for (int i = 0; i < 6; i++) {
        forks.add(fork());
      }
      String shared = forks.get(0).readLine();
      for (ChildJvm fork : forks.subList(1, 6)) {
        assertThat(fork.readLine()).isEqualTo(shared);
      }
      for (ChildJvm fork : forks.subList(0, 5)) {
        fork.send("go");
        assertThat(fork.waitFor()).isZero();
        assertThat(journal()).containsExactly("start " + shared);
      }
      forks.get(5).send("go");
      assertThat(forks.get(5).waitFor()).isZero();
      assertThat(journal()).containsExactly("start " + shared, "stop " + shared);
    } finally {
      forks.forEach(ChildJvm::close);
    }
  }

  @Test
  void ifTheFirstIsKilledTheLastStopsItAllTheSame() throws Exception {
    try (ChildJvm first = fork()) {
      String shared = first.readLine();
      try (ChildJvm last = fork()) {
        assertThat(last.readLine()).isEqualTo(shared);
        first.kill();
        assertThat(journal()).containsExactly("start " + shared);
        last.send("go");
        assertThat(last.waitFor()).isZero();
        assertThat(journal()).containsExactly("start " + shared, "stop " + shared);
      }
    }
  }

  @Test
  void ifTheLastIsKilledTheNextStopsWhatIsLeft() throws Exception {
    try (ChildJvm killed = fork()) {
      String left = killed.readLine();
      killed.kill();
      try (ChildJvm next = fork()) {
        String shared = next.readLine();
        assertThat(shared).isNotEqualTo(left);
        assertThat(journal()).containsExactly("start " + left, "stop " + left, "start " + shared);
      }
    }
  }

  @Test
  void ifTheFirstIsKilledWhileItStartsTheNextStopsWhatHasBegun() throws Exception {
    Files.writeString(directory.resolve("journal.slow"), "");
    try (ChildJvm killed = fork()) {
      String begun = killed.readLine().substring("begun ".length());
      killed.kill();
      Files.delete(directory.resolve("journal.slow"));
      try (ChildJvm next = fork()) {
        String shared = next.readLine();
        assertThat(journal()).containsExactly("start " + begun, "stop " + begun, "start " + shared);
      }
    }
  }

  @Test
  void whatHasEndedByItselfIsStartedAnew() throws Exception {
    try (ChildJvm first = fork()) {
      String shared = first.readLine();
      Files.writeString(directory.resolve("journal.ended"), "");
      try (ChildJvm second = fork()) {
        assertThat(second.readLine()).isNotEqualTo(shared);
      }
    }
  }

  @Test
  void severalUsesInOneJvmAreCountedEach() throws IOException {
    Path journal = directory.resolve("journal");
    BuildShare one = BuildShare.join(name, new Fork.Journalled(journal));
    BuildShare two = BuildShare.join(name, new Fork.Journalled(journal));
    assertThat(two.description()).isEqualTo(one.description());
    one.close();
    one.close();
    assertThat(journal()).hasSize(1);
    two.close();
    assertThat(journal()).hasSize(2);
  }

  /** Of a container that has the same directory, say. */
  @Test
  void onlyRecordsOfBuildsThatAreCertainlyOverAreRemoved() throws IOException {
    Path builds = OwnerRegistry.directory().resolve("builds");
    String gone = "4999999-1-";
    Path over =
        Files.createDirectories(builds.resolve(gone + OwnerRegistry.ofThisJvm().self().host()));
    Path elsewhere = Files.createDirectories(builds.resolve(gone + "elsewhere." + name));
    try {
      BuildShare.join(name, new Fork.Journalled(directory.resolve("journal"))).close();
      assertThat(over).doesNotExist();
      assertThat(elsewhere).exists();
    } finally {
      Files.deleteIfExists(elsewhere);
    }
  }

  static final class Fork {

    public static void main(String[] args) {
      try (BuildShare share = BuildShare.join(args[0], new Journalled(Path.of(args[1])))) {
        System.out.println(share.description());
        new Scanner(System.in, StandardCharsets.UTF_8).nextLine();
      }
    }

    record Journalled(Path journal) implements BuildShare.Resource {
      @Override
      public String start(Owner build, Consumer<String> begun) {
        String description = build.pid() + " " + UUID.randomUUID();
        write("start " + description);
        if (Files.exists(Path.of(journal + ".slow"))) {
          begun.accept(description);
          System.out.println("begun " + description);
          new Scanner(System.in, StandardCharsets.UTF_8).nextLine();
        }
        return description;
      }

      @Override
      public boolean isUsable(String description) {
        return !Files.exists(Path.of(journal + ".ended"));
      }

      @Override
      public void stop(String description) {
        write("stop " + description);
      }

      private void write(String line) {
        try {
          Files.writeString(
              journal, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
