package io.freeport.build;

import io.freeport.internal.os.HostProcesses;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The build in which this JVM runs.
 *
 * @param process the process that stands for the build
 * @param records the directory of the records that the JVMs of the build share
 * @param owners knows which of these JVMs live
 */
record Build(Owner process, Path records, OwnerRegistry owners) {

  /** The build process has no FreePort, so one fixed nonce will do. */
  private static final String NONCE = "00000000";

  /** Returns the build of this JVM, with its present configuration. */
  static Build current() {
    return of(Settings.ofThisJvm());
  }

  /** Returns the build of this JVM. Removes the records of builds that are over. */
  static Build of(Settings settings) {
    OwnerRegistry owners = OwnerRegistry.of(settings);
    Owner process = process(settings, owners.self());
    Path builds = owners.directory().resolve("builds");
    Path records = builds.resolve(process.pid() + "-" + process.start() + "-" + process.host());
    try {
      Files.createDirectories(records);
      try (DirectoryStream<Path> directories = Files.newDirectoryStream(builds)) {
        for (Path directory : directories) {
          if (isOver(directory, owners)) {
            remove(directory);
          }
        }
      }
      return new Build(process, records.toRealPath(), owners);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot keep records in " + records, e);
    }
  }

  private static Owner process(Settings settings, Owner self) {
    long pid = settings.get(SettingKeys.BUILD, (int) nearestJava().orElse(self.pid()).longValue());
    try {
      return new Owner(
          self.host(), pid, HostProcesses.startOf(pid).orElse(Owner.UNKNOWN_START), NONCE);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot find out when process " + pid + " started", e);
    }
  }

  /** Between a fork and its Maven there may be a shell. */
  private static Optional<Long> nearestJava() {
    Optional<ProcessHandle> process = ProcessHandle.current().parent();
    while (process.isPresent() && !isJava(process.get())) {
      process = process.get().parent();
    }
    return process.map(ProcessHandle::pid);
  }

  private static boolean isJava(ProcessHandle process) {
    return process
        .info()
        .command()
        .map(command -> Path.of(command).getFileName().toString().matches("java(w|\\.exe)?"))
        .orElse(false);
  }

  /** Nobody can tell that of a build on another host, or in another pid namespace. */
  private static boolean isOver(Path directory, OwnerRegistry owners) {
    String[] process = directory.getFileName().toString().split("-", 3);
    try {
      return owners
          .judge(
              new Owner(process[2], Long.parseLong(process[0]), Long.parseLong(process[1]), NONCE))
          .isDead();
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException notOurs) {
      return false;
    }
  }

  /** Several JVMs may do this at the same time. */
  private static void remove(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (NoSuchFileException | DirectoryNotEmptyException e) {
      // another JVM removes it
    }
  }
}
