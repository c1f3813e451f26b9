package io.freeport.cli.ports;

import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.DurationConverter;
import io.freeport.cli.terminal.EnumNames;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.cli.terminal.Table;
import io.freeport.cli.terminal.Terminal;
import io.freeport.docker.reaper.ReapPlan;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapReport;
import io.freeport.docker.reaper.Reaper;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freeport reap}: removes what dead JVMs left at the container engine. */
@Command(
    name = "reap",
    description = {
      "Remove the containers, networks and volumes of JVMs that are certainly dead.",
      "Nothing else is touched, so there is no question; --dry-run shows what it would be."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:nothing is left to be removed", "4:no engine answers, or something is left"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport reap --dry-run",
      "  freeport reap",
      "  freeport reap --older-than 72h",
      "  freeport reap --json"
    })
public final class ReapCommand implements Callable<Integer> {

  private static final int SHORT_ID = 12;
  private static final int BAR = 30;

  private static final String REMOVED = "removed";
  private static final String WOULD_REMOVE = "would remove";

  @Option(names = "--dry-run", description = "Remove nothing.")
  private boolean dryRun;

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "Also what is of JVMs out of sight, on other hosts for example, if it is older: 72h. No test run may take so long.")
  private @Nullable Duration age;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5m",
      converter = DurationConverter.class,
      description = "The longest that it may take (default: ${DEFAULT-VALUE}).")
  private Duration timeout;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Reaper reaper = Reaper.create().timeLimit(timeout);
    if (age != null) {
      reaper = reaper.unknownOlderThan(age);
    }
    return dryRun ? show(reaper) : reap(reaper);
  }

  private int show(Reaper reaper) {
    ReapPlan plan = reaper.plan();
    print(plan, finding -> finding.remove() ? WOULD_REMOVE : "keep");
    plan.unseen().ifPresent(this::complain);
    return ExitStatus.OK;
  }

  private int reap(Reaper reaper) {
    boolean live = Terminal.isInteractive() && !json.isSet();
    PrintWriter out = spec.commandLine().getOut();
    ReapReport report =
        (live ? reaper.listener((done, total) -> drawBar(out, done, total)) : reaper).reap();
    if (report.plan().findings().isEmpty() && report.problem().isPresent()) {
      throw new CommandFailure(
          ExitStatus.FAILED, "Cannot tell what is left behind: " + report.problem().get());
    }
    print(report.plan(), finding -> outcome(finding, report));
    report.plan().unseen().ifPresent(this::complain);
    report.problem().ifPresent(this::complain);
    return report.left().isEmpty() ? ExitStatus.OK : ExitStatus.FAILED;
  }

  private void complain(String what) {
    spec.commandLine().getErr().println("freeport: " + what + ".");
  }

  private static void drawBar(PrintWriter out, int done, int total) {
    int full = BAR * done / total;
    out.print("\r[" + "#".repeat(full) + " ".repeat(BAR - full) + "] " + done + "/" + total);
    if (done == total) {
      out.print("\r" + " ".repeat(BAR + 2 * String.valueOf(total).length() + 4) + "\r");
    }
    out.flush();
  }

  /**
   * Returns the outcome for a resource. It is gone if another reaper has removed it or is about to.
   */
  static String outcome(Finding finding, ReapReport report) {
    if (!finding.remove() || report.spared().contains(finding)) {
      return "keep";
    }
    return report.removed().contains(finding)
        ? REMOVED
        : report.left().contains(finding) ? "left" : "gone";
  }

  private void print(ReapPlan plan, Function<Finding, String> outcomes) {
    List<Finding> findings = plan.findings();
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("dryRun", dryRun);
      all.put("findings", findings.stream().map(finding -> json(finding, outcomes)).toList());
      plan.unseen().ifPresent(unseen -> all.put("unseen", unseen));
      JsonOption.print(all, out);
      return;
    }
    if (findings.isEmpty()) {
      out.println("Nothing at the engine is of a JVM with FreePort.");
      return;
    }
    Table table = new Table().row("", "WHAT", "ID", "NAME", "AGE", "PORTS", "OWNER", "WHY");
    for (Finding finding : findings) {
      table.row(
          outcomes.apply(finding),
          finding.kind().toString(),
          printable(finding.id(), SHORT_ID),
          printable(finding.name(), 40),
          inWords(finding.age()),
          finding.ports().stream().sorted().map(String::valueOf).collect(Collectors.joining(",")),
          EnumNames.lowerCase(finding.life()),
          printable(finding.reason(), 160));
    }
    table.lines().forEach(out::println);
    String done = dryRun ? WOULD_REMOVE : REMOVED;
    long count = findings.stream().map(outcomes).filter(done::equals).count();
    out.println((dryRun ? "Would remove " : "Removed ") + count + " of " + findings.size() + ".");
  }

  private static Map<String, Object> json(Finding finding, Function<Finding, String> outcomes) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", finding.kind().toString());
    json.put("id", finding.id());
    json.put("name", finding.name());
    json.put("owner", finding.owner());
    json.put("ownerIs", EnumNames.lowerCase(finding.life()));
    json.put("ageSeconds", finding.age().toSeconds());
    json.put("ports", finding.ports().stream().sorted().toList());
    json.put("remove", finding.remove());
    json.put("removed", outcomes.apply(finding).equals(REMOVED));
    json.put("reason", finding.reason());
    return json;
  }

  /** Names and labels come from untrusted sources. */
  private static String printable(String text, int longest) {
    String cut = text.length() > longest ? text.substring(0, longest) : text;
    return cut.replaceAll("\\p{C}", "?");
  }

  private static String inWords(Duration age) {
    if (age.isZero()) {
      return "";
    }
    if (age.toDays() > 1) {
      return age.toDays() + " d";
    }
    if (age.toHours() > 1) {
      return age.toHours() + " h";
    }
    return age.toMinutes() > 1 ? age.toMinutes() + " min" : age.toSeconds() + " s";
  }
}
