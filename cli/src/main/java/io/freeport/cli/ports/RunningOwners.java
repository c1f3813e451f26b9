package io.freeport.cli.ports;

import io.freeport.cli.terminal.EnumNames;
import io.freeport.cli.terminal.Table;
import io.freeport.docker.reaper.ReapPlan;
import io.freeport.docker.reaper.ReapPlan.Finding;
import io.freeport.docker.reaper.ReapPlan.Life;
import io.freeport.docker.reaper.Reaper;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRecord;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.owner.RecordedHold;
import io.freeport.internal.text.PrintableText;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The JVMs with FreePort that run at one moment, with their ports and containers.
 *
 * @param owners without this process
 * @param stale resources of dead owners at the engine
 * @param problem why containers cannot be listed, as a clause; empty if they are
 */
record RunningOwners(List<Entry> owners, List<Finding> stale, Optional<String> problem) {

  /** An owner, whether its ports can conflict with ours, and its containers. */
  record Entry(OwnerRecord owner, boolean isOfThisNetwork, List<Finding> containers) {}

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);
  private static final int SHORT_ID = 12;

  /** Lists the running owners of a registry, without this process. */
  static RunningOwners in(OwnerRegistry registry) {
    List<Finding> findings = List.of();
    Optional<String> problem = Optional.empty();
    try {
      ReapPlan plan = Reaper.create().timeLimit(LONGEST_WAIT).plan();
      findings = plan.findings();
    } catch (IllegalStateException | IllegalArgumentException e) {
      problem = Optional.of(String.valueOf(e.getMessage()));
    }
    List<Entry> owners = new ArrayList<>();
    for (OwnerRecord owner : registry.livingOwners()) {
      if (!owner.owner().equals(registry.self())) {
        owners.add(
            new Entry(
                owner, registry.isOfThisNetwork(owner), containersOf(owner.owner(), findings)));
      }
    }
    return new RunningOwners(
        List.copyOf(owners),
        findings.stream()
            .filter(finding -> finding.life() == Life.DEAD && finding.remove())
            .toList(),
        problem);
  }

  /** Several owners may be one process; each has its own label. */
  private static List<Finding> containersOf(Owner owner, List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.kind() == ReapPlan.Kind.CONTAINER)
        .filter(finding -> finding.owner().equals(owner.toString()))
        .toList();
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (owners.isEmpty()) {
      lines.add("No JVM of this user holds a port by FreePort.");
    }
    for (Entry entry : owners) {
      OwnerRecord owner = entry.owner();
      lines.add(
          "JVM "
              + owner.owner().pid()
              + " in "
              + PrintableText.line(owner.module())
              + " since "
              + time(owner.since())
              + (entry.isOfThisNetwork() ? "" : ", in another network namespace"));
      Table table = new Table();
      owner.holds().forEach(hold -> row(table, hold));
      entry.containers().forEach(container -> row(table, container));
      table.lines().forEach(line -> lines.add("  " + line));
      if (owner.holds().isEmpty() && entry.containers().isEmpty()) {
        lines.add("  no ports");
      }
    }
    if (!stale.isEmpty()) {
      lines.add(
          "Dead JVMs left "
              + stale.size()
              + " of their containers, networks and volumes: see freeport reap.");
    }
    problem.ifPresent(
        reason -> lines.add("Containers are not listed: " + PrintableText.line(reason)));
    return lines;
  }

  private static void row(Table table, RecordedHold hold) {
    table.row(
        Integer.toString(hold.port()),
        EnumNames.lowerCase(hold.protocol()).replace("_and_", "+"),
        EnumNames.lowerCase(hold.state()),
        time(hold.since()),
        hold.name().isEmpty() ? "" : '"' + hold.name() + '"',
        hold.usedBy());
  }

  private static void row(Table table, Finding container) {
    table.row(
        container.ports().stream().sorted().map(String::valueOf).collect(Collectors.joining(",")),
        "container",
        shortId(container),
        "",
        "",
        container.name());
  }

  private static String shortId(Finding container) {
    return container.id().substring(0, Math.min(SHORT_ID, container.id().length()));
  }

  private static String time(Instant instant) {
    return DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT)
        .format(instant.atZone(ZoneId.systemDefault()));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("owners", owners.stream().map(RunningOwners::json).toList());
    json.put("stale", stale.size());
    problem.ifPresent(reason -> json.put("problem", reason));
    return json;
  }

  private static Map<String, Object> json(Entry entry) {
    OwnerRecord owner = entry.owner();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("pid", owner.owner().pid());
    json.put("owner", owner.owner().toString());
    json.put("module", owner.module());
    json.put("since", owner.since().toString());
    json.put("ports", owner.holds().stream().map(RunningOwners::json).toList());
    json.put("containers", entry.containers().stream().map(RunningOwners::json).toList());
    return json;
  }

  private static Map<String, Object> json(RecordedHold hold) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("port", hold.port());
    json.put("protocol", EnumNames.lowerCase(hold.protocol()));
    json.put("state", EnumNames.lowerCase(hold.state()));
    json.put("since", hold.since().toString());
    json.put("name", hold.name());
    json.put("usedBy", hold.usedBy());
    return json;
  }

  private static Map<String, Object> json(Finding container) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", container.id());
    json.put("image", container.name());
    json.put("ports", container.ports().stream().sorted().toList());
    return json;
  }
}
