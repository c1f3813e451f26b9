package io.freeport.cli.doctor;

import io.freeport.cli.doctor.CheckResult.Level;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.cli.terminal.Table;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freeport doctor}: whether the machine, the engine and the module are ready for tests. */
@Command(
    name = "doctor",
    description = "Check the machine, the container engine, and the module in this folder.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:nothing has failed", "1:something has; with --strict, or is warned of"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport doctor",
      "  freeport doctor --strict",
      "  freeport doctor --json",
      "  freeport doctor --engine tcp://localhost:2375"
    })
public final class DoctorCommand implements Callable<Integer> {

  @Option(names = "--strict", description = "Take a warning for a failure.")
  private boolean strict;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  private final Supplier<Settings> settings;
  private final Supplier<OwnerRegistry> owners;

  /** Checks this machine, with these settings and owners. */
  public DoctorCommand(Supplier<Settings> settings, Supplier<OwnerRegistry> owners) {
    this.settings = settings;
    this.owners = owners;
  }

  @Override
  public Integer call() {
    List<CheckResult> results = new ArrayList<>(MachineChecks.run(settings, owners));
    Path folder = Path.of("");
    results.addAll(EngineChecks.run(settings, folder));
    results.addAll(ModuleChecks.run(folder));
    Level worst = results.stream().map(CheckResult::level).max(Level::compareTo).orElse(Level.OK);
    boolean passed = worst.compareTo(strict ? Level.OK : Level.WARN) <= 0;
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("passed", passed);
      all.put("findings", results.stream().map(CheckResult::json).toList());
      JsonOption.print(all, out);
    } else {
      print(results, out);
    }
    return passed ? ExitStatus.OK : ExitStatus.NO;
  }

  /** Prints the level, in colour on terminals, before each line of a table. */
  private void print(List<CheckResult> results, PrintWriter out) {
    Ansi ansi = spec.commandLine().getColorScheme().ansi();
    Table table = new Table();
    List<String> levels = new ArrayList<>();
    for (CheckResult result : results) {
      table.row(result.about(), result.text());
      levels.add(ansi.string(result.level().markup()));
      if (!result.advice().isEmpty()) {
        table.row("", result.advice());
        levels.add(" ".repeat("warn".length()));
      }
    }
    List<String> lines = table.lines();
    for (int i = 0; i < lines.size(); i++) {
      out.println(levels.get(i) + " " + lines.get(i));
    }
  }
}
