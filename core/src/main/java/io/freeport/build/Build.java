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
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  private static final String FOLDER = "builds";

  private static final Pattern NAME =
      Pattern.compile("([1-9][0-9]{0,17})-([0-9]{1,18})-([A-Za-z0-9._-]{1,128})");

  /** Returns the build of this JVM, with its present configuration. */
  static Build current() {
    return of(Settings.ofThisJvm());
  }

  /** Returns the build of this JVM. Removes the records of builds that are over. */
  static Build of(Settings settings) {
    OwnerRegistry owners = OwnerRegistry.of(settings);
    Owner process = process(settings, owners.self());
    String name = process.pid() + "-" + process.start() + "-" + process.host();
    try {
      Path builds = owners.folder(FOLDER);
      Path records = owners.folder(FOLDER + "/" + name);
      try (DirectoryStream<Path> directories = Files.newDirectoryStream(builds)) {
        for (Path directory : directories) {
          if (isOver(directory, owners)) {
            remove(directory);
          }
        }
      }
      return new Build(process, records.toRealPath(), owners);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot share anything with the other JVMs of this build: "
              + e.getMessage()
              + ". Another directory can be given by freeport.dir or FREEPORT_DIR.",
          e);
    }
  }

  private static Owner process(Settings settings, Owner self) {
    int configured = settings.get(SettingKeys.BUILD);
    long pid = configured > 0 ? configured : nearestJava().orElse(self.pid());
    try {
      OptionalLong start = HostProcesses.startOf(pid);
      if (start.isEmpty() && configured > 0) {
        throw settings.bad(
            SettingKeys.BUILD.name(),
            Integer.toString(configured),
            "the id of a process that runs, as this JVM's pid namespace has it");
      }
      return new Owner(self.host(), pid, start.orElse(Owner.UNKNOWN_START), NONCE);
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

  /**
   * Returns whether a build has ended. Nobody can tell that of a build on another host, or in
   * another pid namespace.
   */
  private static boolean isOver(Path directory, OwnerRegistry owners) throws IOException {
    Matcher name = NAME.matcher(directory.getFileName().toString());
    return name.matches()
        && Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
        && owners
            .judge(
                new Owner(
                    name.group(3),
                    Long.parseLong(name.group(1)),
                    Long.parseLong(name.group(2)),
                    NONCE),
                Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS).toInstant())
            .isDead();
  }

  /**
   * Several JVMs may do this at the same time. Files of any other name stay, and so the directory.
   */
  private static void remove(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (ShareRecord.FILE.matcher(file.getFileName().toString()).matches()) {
          Files.deleteIfExists(file);
        }
      }
      Files.deleteIfExists(directory);
    } catch (NoSuchFileException | DirectoryNotEmptyException e) {
      // another JVM removes it
    }
  }
}
