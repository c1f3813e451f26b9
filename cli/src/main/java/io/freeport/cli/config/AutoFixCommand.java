package io.freeport.cli.config;

import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.docker.reaper.ReapPlan;
import io.freeport.docker.reaper.ReapReport;
import io.freeport.docker.reaper.Reaper;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freeport auto-fix}: why the plan cannot be had, and what to do about it. */
@Command(
    name = "auto-fix",
    description = {
      "Find out which services of freeport.yaml cannot have a port, and why; propose the smallest change, or make it.",
      "A container that a dead test run left behind is reaped; else the service gets a further port in the file. Nobody is killed.",
      "The exit status is 0 if each service can have a port, 1 if not."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  freeport auto-fix", "  freeport auto-fix --apply"})
public final class AutoFixCommand implements Callable<Integer> {

  @Option(names = "--apply", description = "Make the changes.")
  private boolean apply;

  @Mixin private PlanOption plan;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  /** The files of a plan add to these settings, which have those of no file. */
  public AutoFixCommand(Supplier<Settings> settings) {
    // A request that fails reaps by itself, but looking must not remove anything.
    plan =
        new PlanOption(
            () -> settings.get().with(SettingKeys.LEAKS, "ignore").with(SettingKeys.REAPER, "off"));
  }

  @Override
  public Integer call() {
    PlanRepair repair = new PlanRepair(plan);
    List<PlanFix> findings = repair.findings();
    List<PlanFix> left = findings;
    Set<PlanFix.Change> done = Set.of();
    if (apply && !findings.isEmpty()) {
      done = apply(findings);
      PlanRepair again = new PlanRepair(plan);
      left = again.findings();
      repair = again;
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      print(findings, left, repair.assigned(), out);
    } else {
      for (PlanFix finding : findings) {
        print(finding, done, out);
      }
      if (left.isEmpty()) {
        out.println(
            "Each service can have a port: "
                + repair.assigned().entrySet().stream()
                    .map(entry -> entry.getKey() + " " + entry.getValue())
                    .collect(Collectors.joining(", ")));
      } else if (!apply) {
        out.println(
            findings.stream().allMatch(finding -> finding.change().isEmpty())
                ? "Nothing is changed."
                : "Nothing is changed yet; freeport auto-fix --apply does it.");
      } else {
        out.println(
            "Still without a port: "
                + left.stream().map(PlanFix::service).collect(Collectors.joining(", ")));
      }
    }
    out.flush();
    return left.isEmpty() ? ExitStatus.OK : ExitStatus.NO;
  }

  /** Returns what could be done. */
  private static Set<PlanFix.Change> apply(List<PlanFix> findings) {
    Set<PlanFix.Change> done = new LinkedHashSet<>();
    Set<PlanFix.Reap> reaps = new LinkedHashSet<>();
    Set<PlanDocument> documents = new LinkedHashSet<>();
    for (PlanFix finding : findings) {
      PlanFix.Change change = finding.change().orElse(null);
      if (change instanceof PlanFix.Reap reap) {
        reaps.add(reap);
      } else if (change instanceof PlanFix.OtherPort other) {
        documents.add(other.document());
        done.add(other);
      }
    }
    if (!reaps.isEmpty()) {
      ReapReport report = Reaper.create().reap();
      Set<String> removed =
          report.removed().stream().map(ReapPlan.Finding::id).collect(Collectors.toSet());
      reaps.stream().filter(reap -> removed.contains(reap.leftover().id())).forEach(done::add);
    }
    documents.forEach(PlanDocument::write);
    return done;
  }

  private void print(PlanFix finding, Set<PlanFix.Change> done, PrintWriter out) {
    out.println(finding.service() + ": " + finding.reason());
    out.println(
        "  "
            + finding
                .change()
                .map(
                    change ->
                        (!apply ? "proposed: " : done.contains(change) ? "done: " : "could not: ")
                            + change)
                .orElse("nothing can be proposed: change the plan, or stop who has the port"));
  }

  private static void print(
      List<PlanFix> findings, List<PlanFix> left, Map<String, Integer> assigned, PrintWriter out) {
    Set<String> leftNames = left.stream().map(PlanFix::service).collect(Collectors.toSet());
    List<Map<String, Object>> problems = new ArrayList<>();
    for (PlanFix finding : findings) {
      Map<String, Object> problem = new LinkedHashMap<>();
      problem.put("service", finding.service());
      problem.put("reason", finding.reason());
      finding.change().ifPresent(change -> problem.put("change", change.toString()));
      problem.put("fixed", !leftNames.contains(finding.service()));
      problems.add(problem);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("ok", left.isEmpty());
    answer.put("problems", problems);
    answer.put("ports", assigned);
    JsonOption.print(answer, out);
  }
}
