package io.freeport.cli.config;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.os.SmallFile;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortPlan;
import io.freeport.plan.internal.file.PlanLoader;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.function.Supplier;

/**
 * A {@code freeport.yaml} that is changed: in memory first, then, if the plan can still be read, in
 * the file.
 */
final class PlanDocument {

  private final Settings settings;
  private final Path plan;
  private final Path file;
  private final String before;
  private YamlText yaml;

  private PlanDocument(Settings settings, Path plan, Path file, String before) {
    this.settings = settings;
    this.plan = plan;
    this.file = file;
    this.before = before;
    this.yaml = new YamlText(before);
  }

  /**
   * Reads the file; one that does not exist is empty.
   *
   * @param plan what the file is read for: itself, or a directory
   */
  static PlanDocument read(Settings settings, Path plan, Path file) {
    try {
      return new PlanDocument(settings, plan, file, Files.exists(file) ? SmallFile.read(file) : "");
    } catch (IOException e) {
      throw new CommandFailure(ExitStatus.FAILED, file + " cannot be read: " + e);
    }
  }

  Path file() {
    return file;
  }

  boolean isNew() {
    return !Files.exists(file);
  }

  boolean has(List<String> keys) {
    return withFile(() -> yaml.has(keys));
  }

  List<String> keysOf(String section) {
    return withFile(() -> yaml.keysOf(section));
  }

  void set(List<String> keys, String value) {
    yaml = withFile(() -> yaml.set(keys, value));
  }

  private <T> T withFile(Supplier<T> action) {
    try {
      return action.get();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitStatus.USAGE, file + ": " + e.getMessage());
    }
  }

  boolean isChanged() {
    return !before.equals(yaml.text());
  }

  /** Returns the plan as it would be. */
  PortPlan preview() {
    return PortPlan.of(new PlanLoader(settings).with(file, yaml.text()).load(plan));
  }

  /** Returns what would change, as {@code diff -u} has it. */
  List<String> diff() {
    List<String> lines = before.lines().toList();
    return UnifiedDiffUtils.generateUnifiedDiff(
        isNew() ? "/dev/null" : file.toString(),
        file.toString(),
        lines,
        DiffUtils.diff(lines, yaml.text().lines().toList()),
        3);
  }

  /** Fails if the plan could not be read any more. */
  void check() {
    try {
      preview();
    } catch (IllegalArgumentException e) { // of the plan, or of a setting
      throw new CommandFailure(
          ExitStatus.USAGE,
          "Nothing is written, since the plan could not be read then. " + e.getMessage());
    }
  }

  /** Writes the file, unless the plan could not be read then: the file stays as it is. */
  void write() {
    check();
    try {
      replace();
    } catch (IOException e) {
      throw new CommandFailure(ExitStatus.FAILED, file + " cannot be written: " + e);
    }
  }

  /** By a move, so that nobody ever reads half of it; a link to the file stays one. */
  private void replace() throws IOException {
    Path real = Files.exists(file) ? file.toRealPath() : file;
    Path part = real.resolveSibling(real.getFileName() + ".part");
    try {
      Files.createFile(part);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(part + " is there: somebody else is about to write. Remove it if not.");
    }
    try {
      if (Files.exists(real)) {
        copyRights(real, part);
      }
      Files.writeString(part, yaml.text());
      Files.move(part, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void copyRights(Path from, Path to) throws IOException {
    PosixFileAttributeView target = Files.getFileAttributeView(to, PosixFileAttributeView.class);
    if (target != null) {
      PosixFileAttributes source = Files.readAttributes(from, PosixFileAttributes.class);
      if (!source.group().equals(target.readAttributes().group())) {
        target.setGroup(source.group());
      }
      if (!source.owner().equals(target.getOwner())) {
        target.setOwner(source.owner());
      }
      target.setPermissions(source.permissions());
    }
  }
}
