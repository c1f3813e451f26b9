package io.freeport;

import static io.freeport.OwnerVerdict.Life.ALIVE;
import static io.freeport.OwnerVerdict.Life.DEAD;
import static io.freeport.OwnerVerdict.Life.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerRegistryTest {

  @TempDir Path temp;

  @Test
  void thisJvmLives() {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    assertThat(registry.judge(registry.self()))
        .isEqualTo(new OwnerVerdict(ALIVE, "it is this JVM"));
    assertThat(registry.judge(OwnerRegistry.open(directory()).self()))
        .isEqualTo(new OwnerVerdict(ALIVE, "it is this JVM"));
  }

  @Test
  void anotherJvmLivesUntilItIsKilled() throws Exception {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    try (ChildJvm child = startOwner(directory())) {
      Owner owner = Owner.parse(child.readLine());
      assertThat(registry.judge(owner)).isEqualTo(new OwnerVerdict(ALIVE, "its file is locked"));

      child.kill();

      assertThat(registry.judge(owner))
          .isEqualTo(new OwnerVerdict(DEAD, "its file is not locked any more"));
      assertThat(files()).hasSize(2);
      OwnerRegistry.open(directory());
      assertThat(registry.judge(owner))
          .as("after the next start")
          .isEqualTo(new OwnerVerdict(DEAD, "its process is gone"));
      assertThat(files())
          .as("the two of this JVM")
          .hasSize(2)
          .noneMatch(file -> file.startsWith(owner.pid() + "-"));
    }
  }

  @Test
  void aJvmThatEndsByItselfLeavesNoFile() throws Exception {
    try (ChildJvm child = startOwner(directory())) {
      child.readLine();
      assertThat(files()).hasSize(1);
      child.send("end");
      assertThat(child.waitFor()).isZero();
      assertThat(files()).isEmpty();
    }
  }

  @Test
  void withoutAFileTheProcessTells() throws Exception {
    try (ChildJvm child = startOwner(temp.resolve("elsewhere"))) {
      OwnerRegistry registry = OwnerRegistry.open(directory());
      Owner owner = Owner.parse(child.readLine());
      assertThat(registry.judge(owner)).isEqualTo(new OwnerVerdict(ALIVE, "its process runs"));

      Owner former = new Owner(owner.host(), owner.pid(), owner.start() - 1, owner.nonce());
      assertThat(registry.judge(former))
          .isEqualTo(new OwnerVerdict(DEAD, "its process id belongs to a later process"));

      child.kill();
      assertThat(registry.judge(owner)).isEqualTo(new OwnerVerdict(DEAD, "its process is gone"));
    }
  }

  @Test
  void anotherHostsOwnersAreNotJudged() {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    Owner self = registry.self();
    assertThat(registry.judge(new Owner("elsewhere", self.pid(), self.start() - 1, self.nonce())))
        .isEqualTo(new OwnerVerdict(UNKNOWN, "it is of another host, boot or pid namespace"));
  }

  @Test
  void theDirectoryIsPrivate() throws IOException {
    OwnerRegistry.open(directory());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
        .isEqualTo("rwx------");
  }

  @Test
  void aDirectoryThatOthersMayWriteToIsNotUsed() throws IOException {
    Files.createDirectory(directory());
    Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwxrwxrwx"));

    OwnerRegistry registry = OwnerRegistry.open(directory());

    assertThat(files()).isEmpty();
    assertThat(registry.judge(registry.self()).life()).isEqualTo(ALIVE);
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    Path target = Files.createDirectory(temp.resolve("target"));
    Files.createSymbolicLink(directory(), target);

    OwnerRegistry.open(directory());

    assertThat(target).isEmptyDirectory();
  }

  private Path directory() {
    return temp.resolve("owners");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory())) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static ChildJvm startOwner(Path directory) throws IOException {
    return ChildJvm.start(Map.of(), List.of("-Dfreeport.dir=" + directory), IsOwner.class);
  }

  static final class IsOwner {
    private IsOwner() {}

    public static void main(String[] args) throws IOException {
      System.out.println(OwnerRegistry.ofThisJvm().self());
      System.in.read();
    }
  }
}
