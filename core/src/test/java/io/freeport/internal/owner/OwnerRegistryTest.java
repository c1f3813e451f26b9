package io.freeport.internal.owner;

import static io.freeport.internal.owner.OwnerVerdict.Life.ALIVE;
import static io.freeport.internal.owner.OwnerVerdict.Life.DEAD;
import static io.freeport.internal.owner.OwnerVerdict.Life.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
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
    assertThat(registry.problem()).isEmpty();
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
    assumeTrue(!HostIdentity.ofThisProcess().needsFile(), "a container is a namespace of its own");
    try (ChildJvm child = startOwner(directory())) {
      child.readLine();
      assertThat(files()).hasSize(1);
      child.send("end");
      assertThat(child.waitFor()).isZero();
      assertThat(files()).isEmpty();
    }
  }

  /** Or whoever judges from another pid namespace would know less of it than if it was killed. */
  @Test
  void whereNamespacesShareTheDirectoryTheFileStays() throws Exception {
    assumeTrue(canUnshare("--pid"), "needs root and unshare");
    OwnerRegistry registry = OwnerRegistry.open(directory());
    try (ChildJvm inside = startInAnotherNamespace()) {
      Owner owner = Owner.parse(inside.readLine());
      try (ChildJvm child = startOwner(directory())) {
        String name = fileOf(Owner.parse(child.readLine()));
        child.send("end");
        assertThat(child.waitFor()).isZero();
        assertThat(files()).contains(name);
      }
      inside.send("end");
      assertThat(inside.waitFor()).isZero();
      assertThat(registry.judge(owner))
          .isEqualTo(new OwnerVerdict(DEAD, "its file is not locked any more"));
    }
  }

  /** There its start is another number than here. */
  @Test
  void anOwnerOfAnotherTimeNamespaceIsNotTakenForAnotherProcess() throws Exception {
    assumeTrue(canUnshare("--time"), "needs root, and unshare --time");
    OwnerRegistry registry = OwnerRegistry.open(directory());
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            List.of("unshare", "--time", "--boottime", "1000", "--fork", "--kill-child"),
            List.of("-Dfreeport.dir=" + temp.resolve("elsewhere")),
            ChildJvm.classPath(),
            IsOwner.class)) {
      Owner owner = Owner.parse(child.readLine());
      assertThat(registry.judge(owner))
          .isEqualTo(new OwnerVerdict(ALIVE, "its process id is in use"));
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
          .isEqualTo(new OwnerVerdict(DEAD, "its process id belongs to another process"));

      child.kill();
      assertThat(registry.judge(owner)).isEqualTo(new OwnerVerdict(DEAD, "its process is gone"));
    }
  }

  @Test
  void anotherHostsOwnersAreNotJudged() {
    OwnerRegistry registry = OwnerRegistry.open(directory());
    Owner self = registry.self();
    assertThat(registry.judge(new Owner("elsewhere", self.pid(), self.start() - 1, self.nonce())))
        .isEqualTo(new OwnerVerdict(UNKNOWN, "it is of another host"));
  }

  /** Two containers that share the directory are two pid namespaces of one kernel. */
  @Test
  void anotherNamespacesOwnerIsJudgedByTheLockAlone() throws Exception {
    assumeTrue(canUnshare("--pid"), "needs root and unshare");
    OwnerRegistry registry = OwnerRegistry.open(directory());
    try (ChildJvm child = startInAnotherNamespace()) {
      Owner owner = Owner.parse(child.readLine());
      assertThat(owner.host()).isNotEqualTo(registry.self().host());
      assertThat(registry.judge(owner)).isEqualTo(new OwnerVerdict(ALIVE, "its file is locked"));

      child.kill();
      awaitUnlocked(registry, owner);
      assertThat(registry.judge(owner))
          .isEqualTo(new OwnerVerdict(DEAD, "its file is not locked any more"));
      assertThat(OwnerRegistry.open(directory()).judge(owner).isDead())
          .as("the next start keeps the file, which alone can tell")
          .isTrue();

      assertThat(directory().resolve(fileOf(owner))).doesNotExist();
      Path ended = directory().resolve("ended");
      Path file = ended.resolve(LocalDate.now(ZoneOffset.UTC).toString()).resolve(fileOf(owner));
      assertThat(file).as("the header alone").hasSize(LedgerHeader.SIZE);

      Path lastWeek =
          Files.move(
              file.getParent(),
              ended.resolve(LocalDate.now(ZoneOffset.UTC).minusDays(8).toString()));
      assertThat(OwnerRegistry.open(directory()).judge(owner))
          .isEqualTo(
              new OwnerVerdict(
                  UNKNOWN, "it is of another pid namespace, and its file is not here"));
      assertThat(lastWeek).doesNotExist();
    }
  }

  /** On POSIX systems, whoever opens and closes a file gives up all locks of the process on it. */
  @Test
  void aLockThatIsLostIsNotTheEndOfItsOwner() throws Exception {
    assumeTrue(canUnshare("--pid"), "needs root and unshare");
    OwnerRegistry registry = OwnerRegistry.open(directory());
    try (ChildJvm control = startInAnotherNamespace();
        ChildJvm child = startInAnotherNamespace("shows its life")) {
      Owner withoutSign = Owner.parse(control.readLine());
      Owner owner = Owner.parse(child.readLine());
      for (ChildJvm jvm : List.of(control, child)) {
        jvm.send("read");
        assertThat(jvm.readLine()).isEqualTo("has read all files");
      }
      assertThat(registry.judge(withoutSign).life()).as("a control").isEqualTo(DEAD);

      OwnerVerdict alive =
          new OwnerVerdict(ALIVE, "it answers, although its file is not locked any more");
      for (int i = 0; i < 300; i++) { // more than a queue of connections takes
        assertThat(registry.judge(owner)).isEqualTo(alive);
      }
      assertThat(OwnerRegistry.open(directory()).judge(owner)).isEqualTo(alive);
      assertThat(registry.livingOwners()).extracting(OwnerRecord::owner).contains(owner);

      child.kill();
      awaitUnlocked(registry, owner);
      assertThat(registry.judge(owner))
          .isEqualTo(new OwnerVerdict(DEAD, "its file is not locked any more"));
      OwnerRegistry.open(directory());
      assertThat(files()).noneMatch(file -> file.startsWith(owner.pid() + "-" + owner.start()));
    }
  }

  private static String fileOf(Owner owner) {
    return owner.pid() + "-" + owner.start() + "-" + owner.nonce() + ".lock";
  }

  private static boolean canUnshare(String namespace) throws Exception {
    return new ProcessBuilder("unshare", namespace, "--fork", "--mount-proc", "true")
            .start()
            .waitFor()
        == 0;
  }

  /** Pids then count in one namespace and are looked up in another. */
  @Test
  void whereProcIsOfAnotherNamespaceNobodyIsTakenForDead() throws Exception {
    assumeTrue(canUnshare("--pid"), "needs root and unshare");
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            List.of("unshare", "--pid", "--fork", "--kill-child"),
            List.of("-Dfreeport.dir=" + directory()),
            ChildJvm.classPath(),
            JudgesItsChild.class)) {
      assertThat(child.readLine()).isEqualTo("ALIVE, its process may run");
    }
  }

  /** With its parent the new namespace's first process is killed, and so the namespace. */
  private ChildJvm startInAnotherNamespace(String... arguments) throws IOException {
    return ChildJvm.start(
        Map.of(),
        List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc"),
        List.of("-Dfreeport.dir=" + directory(), "-XX:-UsePerfData"), // all of them have pid 1
        ChildJvm.classPath(),
        IsOwner.class,
        (Object[]) arguments);
  }

  /** The namespace ends a little after the command that was killed. */
  private static void awaitUnlocked(OwnerRegistry registry, Owner owner) {
    long start = System.nanoTime();
    while (!registry.judge(owner).isDead()
        && System.nanoTime() - start < Duration.ofMinutes(2).toNanos()) {
      Thread.onSpinWait();
    }
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
      OwnerRegistry registry = OwnerRegistry.of(Settings.ofThisJvm());
      if (args.length > 0) {
        registry.showLife();
      }
      System.out.println(registry.self());
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      while ("read".equals(commands.readLine())) {
        try (Stream<Path> files = Files.list(registry.directory())) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            Files.readAllBytes(file);
          }
        }
        System.out.println("has read all files");
      }
    }
  }

  static final class JudgesItsChild {
    private JudgesItsChild() {}

    public static void main(String[] args) throws IOException {
      OwnerRegistry registry = OwnerRegistry.of(Settings.ofThisJvm());
      Process child = new ProcessBuilder("sleep", "60").start();
      Owner owner = new Owner(registry.self().host(), child.pid(), 12345, "00c0ffee");
      OwnerVerdict verdict = registry.judge(owner);
      child.destroyForcibly();
      System.out.println(verdict.life() + ", " + verdict.reason());
    }
  }
}
