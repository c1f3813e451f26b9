package io.freeport.cli;

import io.freeport.cli.Finding.Level;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
    footer = {"  freeport doctor", "  freeport doctor --strict", "  freeport doctor --json"})
final class DoctorCommand implements Callable<Integer> {

  @Option(names = "--strict", description = "Take a warning for a failure.")
  private boolean strict;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<Finding> findings = new ArrayList<>(MachineChecks.run());
    findings.addAll(EngineChecks.run());
    findings.addAll(ModuleChecks.run(Path.of("")));
    Level worst = findings.stream().map(Finding::level).max(Level::compareTo).orElse(Level.OK);
    boolean passed = worst.compareTo(strict ? Level.OK : Level.WARN) <= 0;
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("passed", passed);
      all.put("findings", findings.stream().map(Finding::json).toList());
      JsonOption.print(all, out);
    } else {
      findings.forEach(finding -> print(finding, out));
    }
    return passed ? ExitStatus.OK : ExitStatus.NO;
  }

  private void print(Finding finding, PrintWriter out) {
    Ansi ansi = spec.commandLine().getColorScheme().ansi();
    out.println(
        ansi.string(finding.level().markup())
            + " "
            + String.format("%-16s", finding.about())
            + " "
            + finding.text());
    if (!finding.advice().isEmpty()) {
      out.println(" ".repeat("warn ".length()) + " ".repeat(17) + finding.advice());
    }
  }
}
