package io.freeport.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.PropertiesSource;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Scanner;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JVMs that are forks of this one, which stands for Maven. */
class BuildShareTest {

  /** Long enough for any machine: only a test that would hang forever comes to it. */
  private static final int HANGS_AFTER_SECONDS = 120;

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

  /** A resource that does something while it starts. */
  private record Starting(Runnable start) implements BuildShare.Resource {
    @Override
    public String start(Owner build, Consumer<String> begun) {
      start.run();
      return "started";
    }

    @Override
    public boolean isUsable(String description) {
      return true;
    }

    @Override
    public void stop(String description) {}
  }

  /** Does something in a thread that is not waited for if the test fails. */
  private static final class Worker {
    private final FutureTask<String> task;
    private final Thread thread;

    Worker(Callable<String> work) {
      task = new FutureTask<>(work);
      thread = new Thread(task);
      thread.setDaemon(true);
      thread.start();
    }

    /** Waits until it waits for a lock, or has ended. */
    Worker awaitBlocked() {
      while (thread.isAlive() && thread.getState() != Thread.State.BLOCKED) {
        Thread.onSpinWait();
      }
      return this;
    }

    String result() {
      try {
        return task.get(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException | ExecutionException | TimeoutException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static String joinAndLeave(String name, BuildShare.Resource resource) {
    try (BuildShare share = BuildShare.join(name, resource)) {
      return share.description();
    }
  }

  @Test
  void aStartKeepsOnlyTheUsersOfItsNameWaiting() {
    Starting fast = new Starting(() -> {});
    List<Worker> second = new CopyOnWriteArrayList<>();
    Starting slow =
        new Starting(
            () -> {
              second.add(new Worker(() -> joinAndLeave(name, fast)).awaitBlocked());
              assertThat(second.get(0).task).isNotDone();
              assertThat(new Worker(() -> joinAndLeave(name + "-other", fast)).result())
                  .isEqualTo("started");
            });
    assertThat(new Worker(() -> joinAndLeave(name, slow)).result()).isEqualTo("started");
    assertThat(second.get(0).result()).isEqualTo("started");
  }

  /** Meanwhile, another thread is about to hold another one. */
  @Test
  void aStartMayHoldPortsOfTheBuild() {
    try (PortAllocator allocator = PortAllocator.create()) {
      List<Worker> second = new CopyOnWriteArrayList<>();
      Starting container =
          new Starting(
              () -> {
                second.add(new Worker(() -> holdPort(allocator, name + "-other")).awaitBlocked());
                assertThat(holdPort(allocator, name)).isNotEmpty();
              });
      assertThat(new Worker(() -> joinAndLeave(name, container)).result()).isEqualTo("started");
      assertThat(second.get(0).result()).isNotEmpty();
    }
  }

  private static String holdPort(PortAllocator allocator, String name) {
    PortRequest request = PortRequest.named("db").build();
    return BuildPorts.ofThisJvm().hold(name, allocator, request).toString();
  }

  @Test
  void aStartCannotJoinItself() {
    Starting again = new Starting(() -> joinAndLeave(name, new Starting(() -> {})));
    assertThatIllegalStateException()
        .isThrownBy(() -> joinAndLeave(name, again))
        .withMessage(
            "\"%s\" is being started or stopped by this thread, which asks for it again.", name);
  }

  /** Such as two plugins of one Maven: they have this JVM in common, and no class of ours. */
  @Test
  void twoClassLoadersShare() throws Exception {
    Path journal = directory.resolve("journal");
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      classPath.add(Path.of(entry).toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Method join =
          loader
              .loadClass(Fork.class.getName())
              .getDeclaredMethod("joinAndLeave", String.class, Path.class);
      join.setAccessible(true);
      List<Worker> second = new CopyOnWriteArrayList<>();
      Starting first =
          new Starting(
              () ->
                  second.add(
                      new Worker(() -> (String) join.invoke(null, name, journal)).awaitBlocked()));
      try (BuildShare share = BuildShare.join(name, first)) {
        assertThat(second.get(0).result()).isEqualTo(share.description());
      }
    }
    assertThat(journal).doesNotExist();
  }

  /** Its limit on the size of files ends the write in the middle, as a kill would. */
  @Test
  void aWriterThatDoesNotFinishLeavesTheFormerRecord() throws Exception {
    Files.writeString(directory.resolve("journal.long"), "");
    try (ChildJvm first = fork()) {
      String shared = first.readLine();
      try (ChildJvm failing =
          ChildJvm.start(
              Map.of(),
              List.of("bash", "-c", "ulimit -f 1; exec \"$@\"", "limited"),
              List.of("-XX:-UsePerfData"),
              System.getProperty("java.class.path"),
              Fork.class,
              name,
              directory.resolve("journal"))) {
        assertThat(failing.waitFor()).isNotZero();
      }
      first.send("go");
      assertThat(first.waitFor()).isZero();
      assertThat(journal()).containsExactly("start " + shared, "stop " + shared);
    }
  }

  /** Of a container that has the same directory, say. */
  @Test
  void onlyRecordsOfBuildsThatAreCertainlyOverAreRemoved() throws IOException {
    Path builds = OwnerRegistry.of(Settings.ofThisJvm()).directory().resolve("builds");
    String gone = "4999999-1-";
    Path over =
        Files.createDirectories(
            builds.resolve(gone + OwnerRegistry.of(Settings.ofThisJvm()).self().host()));
    Path elsewhere = Files.createDirectories(builds.resolve(gone + "elsewhere." + name));
    try {
      BuildShare.join(name, new Fork.Journalled(directory.resolve("journal"))).close();
      assertThat(over).doesNotExist();
      assertThat(elsewhere).exists();
    } finally {
      Files.deleteIfExists(elsewhere);
    }
  }

  /** Another user may have made the directory before this one first needed it. */
  @Test
  void noPlantedFileIsFollowedOrRemoved() throws Exception {
    Path registry = directory.resolve("registry");
    Settings settings = settings("freeport.dir", registry.toString());
    OwnerRegistry owners = OwnerRegistry.of(settings);
    Path builds = Files.createDirectories(registry.resolve("builds"));
    Path precious = Files.createDirectory(directory.resolve("precious"));
    Path key = Files.writeString(precious.resolve(UUID.randomUUID() + ".lock"), "secret");
    String host = owners.self().host();
    Path link = Files.createSymbolicLink(builds.resolve("4194303-1-" + host), precious);
    Path over = Files.createDirectory(builds.resolve("4194302-1-" + host));
    Path foreign = Files.writeString(over.resolve("notes"), "of a person");
    Path ours = Files.writeString(over.resolve(UUID.randomUUID() + ".share"), "");

    Fork.Journalled resource = new Fork.Journalled(directory.resolve("journal"));
    BuildShare.join(name, resource, settings).close();

    assertThat(List.of(key, link, foreign)).allMatch(file -> Files.exists(file));
    assertThat(ours).as("a control").doesNotExist();

    Path records = ofThisBuild(builds);
    String file = UUID.nameUUIDFromBytes((name + "2").getBytes(StandardCharsets.UTF_8)).toString();
    for (String extension : List.of(".lock", ".share", ".share.new")) {
      Path planted = Files.createSymbolicLink(records.resolve(file + extension), key);
      assertThatExceptionOfType(UncheckedIOException.class)
          .as(extension)
          .isThrownBy(() -> BuildShare.join(name + "2", resource, settings).close());
      assertThat(key).hasContent("secret");
      Files.delete(planted);
    }
    BuildShare.join(name + "2", resource, settings).close();
  }

  private static Path ofThisBuild(Path builds) throws IOException {
    try (Stream<Path> all = Files.list(builds)) {
      return all.filter(Files::isDirectory)
          .filter(build -> !build.getFileName().toString().startsWith("419430"))
          .collect(Collectors.collectingAndThen(Collectors.toList(), list -> list.get(0)));
    }
  }

  @Test
  void aDirectoryOfOthersIsNotUsedForAnything() throws IOException {
    Path open = Files.createDirectory(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Settings settings = settings("freeport.dir", open.toString());
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(
            () ->
                BuildShare.join(name, new Fork.Journalled(directory.resolve("journal")), settings))
        .withMessage(
            "Cannot share anything with the other JVMs of this build: %s is open to others (rwxrwxrwx), expected rwx------."
                + " Remove it, or see what is in it and run chmod 700."
                + " Another directory can be given by freeport.dir or FREEPORT_DIR.",
            open);
    assertThat(open).isEmptyDirectory();
  }

  @Test
  void aBuildIsAProcessThatRuns() {
    Settings settings = settings("freeport.build", "4999999");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                BuildShare.join(name, new Fork.Journalled(directory.resolve("journal")), settings))
        .withMessage(
            "Bad value for freeport.build (system property): \"4999999\"."
                + " Expected the id of a process that runs, as this JVM's pid namespace has it.");
  }

  /** A record with a use in another form, as a later version may write it. */
  @Test
  void aUseOfAnotherVersionMayBeAlive() throws Exception {
    Path record = directory.resolve("record");
    Files.write(
        record,
        List.of("what is shared", "2:of-a-later-version more", "host-elsewhere/1/1/00000000 x y"));
    assertThat(ShareRecord.read(record).withoutDead(OwnerRegistry.of(Settings.ofThisJvm())).uses())
        .hasSize(2);
  }

  private static Settings settings(String key, String value) {
    Properties properties = new Properties();
    properties.setProperty(key, value);
    return Settings.of(List.of(new PropertiesSource(properties)));
  }

  static final class Fork {

    public static void main(String[] args) {
      try (BuildShare share = BuildShare.join(args[0], new Journalled(Path.of(args[1])))) {
        System.out.println(share.description());
        new Scanner(System.in, StandardCharsets.UTF_8).nextLine();
      }
    }

    static String joinAndLeave(String name, Path journal) {
      try (BuildShare share = BuildShare.join(name, new Journalled(journal))) {
        return share.description();
      }
    }

    record Journalled(Path journal) implements BuildShare.Resource {
      @Override
      public String start(Owner build, Consumer<String> begun) {
        String description = build.pid() + " " + UUID.randomUUID();
        if (Files.exists(Path.of(journal + ".long"))) {
          description += " " + "x".repeat(2000);
        }
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
