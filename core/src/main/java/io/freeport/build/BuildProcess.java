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

/** The process that stands for the build in which this JVM runs. */
final class BuildProcess {

  /** Nobody is told apart within that process: it does not know of us. */
  private static final String NONCE = "00000000";

  private BuildProcess() {}

  static Owner ofThisJvm() {
    Owner self = OwnerRegistry.ofThisJvm().self();
    long pid =
        Settings.ofThisJvm()
            .get(SettingKeys.BUILD, (int) nearestJava().orElse(self.pid()).longValue());
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

  /** Returns where the records of a build are, and removes those of builds that are over. */
  static Path directory(Owner build, OwnerRegistry owners) {
    Path builds = OwnerRegistry.directory().resolve("builds");
    Path own = builds.resolve(build.pid() + "-" + build.start() + "-" + build.host());
    try {
      Files.createDirectories(own);
      try (DirectoryStream<Path> directories = Files.newDirectoryStream(builds)) {
        for (Path directory : directories) {
          if (isOver(directory, owners)) {
            remove(directory);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot keep records in " + own, e);
    }
    return own;
  }

  /** Of another host, or another pid namespace of this one, that cannot be said. */
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

  /** Several may do it at a time. */
  private static void remove(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (NoSuchFileException | DirectoryNotEmptyException e) {
      // somebody else is at it
    }
  }
}
