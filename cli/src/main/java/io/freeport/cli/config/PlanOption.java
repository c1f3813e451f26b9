package io.freeport.cli.config;

import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PlanException;
import io.freeport.plan.PortPlan;
import io.freeport.plan.internal.file.PlanLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** The option {@code --plan}: the plan that a command works on. */
final class PlanOption {

  static final String FILE_NAME = "freeport.yaml";

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      defaultValue = "",
      description =
          "A freeport.yaml; or a directory, for which all files up to the root of its repository count (default: the current one).")
  private Path path = Path.of("");

  private final Supplier<Settings> settings;

  /** Reads plans whose files add to these settings. */
  PlanOption(Supplier<Settings> settings) {
    this.settings = settings;
  }

  /**
   * Returns the plan.
   *
   * @throws PlanException if a file is invalid
   */
  PortPlan read() {
    return PortPlan.of(new PlanLoader(settings.get()).load(path));
  }

  /** Returns the plan; a mistake in a file ends the command. */
  PortPlan load() {
    try {
      return read();
    } catch (PlanException e) {
      throw new CommandFailure(ExitStatus.USAGE, e);
    }
  }

  Path path() {
    return path;
  }

  /** Returns the files of the plan, the outermost first. */
  List<Path> files() {
    return Files.isDirectory(path.toAbsolutePath())
        ? PlanLoader.files(path)
        : List.of(path.toAbsolutePath().normalize());
  }

  /** Returns the file to change; it need not exist yet. */
  PlanDocument nearest() {
    List<Path> files = files();
    return PlanDocument.read(
        settings.get(),
        path,
        files.isEmpty()
            ? path.toAbsolutePath().normalize().resolve(FILE_NAME)
            : files.get(files.size() - 1));
  }

  /** Returns one of the files of the plan. */
  PlanDocument document(Path file) {
    return PlanDocument.read(settings.get(), path, file);
  }
}
