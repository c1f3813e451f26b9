package io.freeport.cli.doctor;

import io.freeport.cli.ports.PortHints;
import io.freeport.internal.os.SmallFile;
import io.freeport.internal.settings.EnvironmentNames;
import io.freeport.internal.settings.EnvironmentSource;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PlanException;
import io.freeport.plan.PortPlan;
import io.freeport.plan.PortService;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks of the Maven module in a folder: Surefire, JUnit, settings and the plan. */
final class ModuleChecks {

  private static final String SUREFIRE = "maven-surefire-plugin";
  private static final String FAILSAFE = "maven-failsafe-plugin";
  private static final String TESTCONTAINERS = "testcontainers";
  private static final String PREFIX = "freeport.";
  private static final String PARALLEL = "junit.jupiter.execution.parallel.enabled";

  private final Path folder;
  private final List<CheckResult> results = new ArrayList<>();

  /** Those that Surefire gives to JUnit, which count before those of the file. */
  private Map<String, String> parameters = Map.of();

  private ModuleChecks(Path folder) {
    this.folder = folder;
  }

  static List<CheckResult> run(Path folder) {
    ModuleChecks checks = new ModuleChecks(folder);
    checks.maven();
    checks.junit();
    checks.settings();
    return checks.results;
  }

  /** Returns whether the build file of a module names Testcontainers. */
  static boolean usesTestcontainers(Path folder) {
    try {
      return MavenModule.in(folder).filter(module -> module.dependsOn(TESTCONTAINERS)).isPresent()
          || mentions(folder.resolve("build.gradle"))
          || mentions(folder.resolve("build.gradle.kts"));
    } catch (IOException unreadable) {
      return false; // as another check finds
    }
  }

  private static boolean mentions(Path gradle) throws IOException {
    return Files.isRegularFile(gradle) && SmallFile.read(gradle).contains(TESTCONTAINERS);
  }

  private void maven() {
    try {
      MavenModule.in(folder)
          .ifPresent(
              module -> {
                runner(module, SUREFIRE, "Surefire");
                parameters = module.configurationParameters(SUREFIRE);
                rejectUnknown(parameters.keySet(), "Surefire's configurationParameters in pom.xml");
                if (module.has(FAILSAFE)) {
                  runner(module, FAILSAFE, "Failsafe");
                }
              });
    } catch (IOException e) {
      results.add(CheckResult.fail("pom.xml", String.valueOf(e.getMessage()), "Fix it."));
    }
  }

  private void runner(MavenModule module, String plugin, String about) {
    String forks =
        module
            .parameter(
                plugin,
                "forkCount",
                plugin.equals(SUREFIRE) ? "surefire.forkCount" : "failsafe.forkCount")
            .or(() -> module.parameter(plugin, "forkCount", "forkCount"))
            .orElse("1");
    String reuse = module.parameter(plugin, "reuseForks", "reuseForks").orElse("true");
    results.add(
        forks.equals("0")
            ? CheckResult.warn(
                about,
                "forkCount 0: tests run in the JVM of Maven, which owns what they leave until it ends",
                "Use forkCount 1 or more.")
            : CheckResult.ok(about, "forkCount " + forks + ", reuseForks " + reuse));
    module
        .parameter(plugin, "parallel", "parallel")
        .ifPresent(
            value ->
                results.add(
                    CheckResult.warn(
                        about,
                        "parallel " + value + " is for JUnit 4 and TestNG; JUnit 5 does not see it",
                        "Set " + PARALLEL + "=true in junit-platform.properties instead.")));
    unknown(module.systemProperties(plugin).keySet())
        .forEach(
            (key, meant) ->
                results.add(
                    CheckResult.warn(
                        "settings",
                        "there is no "
                            + key
                            + " ("
                            + about
                            + "'s systemPropertyVariables in pom.xml)",
                        meant)));
  }

  private void junit() {
    Path file = folder.resolve("src/test/resources/junit-platform.properties");
    Properties properties = new Properties();
    if (Files.isRegularFile(file)) {
      try {
        properties.load(new StringReader(SmallFile.read(file)));
      } catch (IOException | IllegalArgumentException e) {
        results.add(
            CheckResult.fail("JUnit", file + " cannot be read: " + e.getMessage(), "Fix it."));
        return;
      }
      rejectUnknown(properties.stringPropertyNames(), file.toString());
    } else if (parameters.isEmpty()) {
      return;
    }
    properties.putAll(parameters);
    boolean parallel = Boolean.parseBoolean(properties.getProperty(PARALLEL, "false").strip());
    String mode =
        properties.getProperty("junit.jupiter.execution.parallel.mode.default", "same_thread");
    String classes =
        properties.getProperty("junit.jupiter.execution.parallel.mode.classes.default", mode);
    results.add(
        !parallel
            ? CheckResult.ok("JUnit", "tests run one after the other")
            : mode.strip().equals("same_thread") && classes.strip().equals("same_thread")
                ? CheckResult.warn(
                    "JUnit",
                    "parallel, but in the mode same_thread: one after the other all the same",
                    "Set junit.jupiter.execution.parallel.mode.default=concurrent.")
                : CheckResult.ok(
                    "JUnit", "parallel: methods " + mode.strip() + ", classes " + classes.strip()));
  }

  /** Reading freeport.yaml also reads the settings, and says what is wrong with either. */
  private void settings() {
    try {
      PortPlan plan = PortPlan.load(folder);
      String services = String.join(", ", plan.services().keySet());
      results.add(
          CheckResult.ok(
              "freeport.yaml",
              services.isEmpty()
                  ? "names no services, or is not there"
                  : "services " + services + "; environment " + plan.environment()));
      plan.services().values().forEach(this::hints);
    } catch (PlanException e) {
      results.add(CheckResult.fail("freeport.yaml", "is invalid", String.valueOf(e.getMessage())));
    } catch (IllegalArgumentException e) {
      results.add(CheckResult.fail("settings", "is invalid", String.valueOf(e.getMessage())));
      return;
    }
    Settings.ofProcess()
        .unknown()
        .forEach(
            unknown ->
                results.add(
                    CheckResult.warn(
                        "settings", unknown, "If another program uses it, nothing is wrong.")));
    List<String> set =
        new EnvironmentSource(System.getenv())
            .keys().stream()
                .filter(Settings::isKnown)
                .map(EnvironmentNames::variable)
                .sorted()
                .toList();
    if (!set.isEmpty()) {
      results.add(CheckResult.ok("settings", "in the environment: " + String.join(", ", set)));
    }
  }

  private void hints(PortService service) {
    Stream.concat(service.preferred().stream(), service.fallback().stream())
        .distinct()
        .forEach(
            port ->
                PortHints.of(port)
                    .forEach(
                        hint ->
                            results.add(
                                CheckResult.ok(
                                    "freeport.yaml",
                                    "port " + port + " of " + service.name() + ": " + hint))));
  }

  private void rejectUnknown(Collection<String> keys, String where) {
    unknown(keys)
        .forEach(
            (key, meant) ->
                results.add(
                    CheckResult.fail(
                        "settings", "there is no " + key + " (" + where + ")", meant)));
  }

  /** Returns the keys that mean nothing, each with what could have been meant. */
  private static Map<String, String> unknown(Collection<String> keys) {
    return keys.stream()
        .filter(key -> key.startsWith(PREFIX) && !Settings.isKnown(key))
        .collect(
            Collectors.toMap(
                key -> key,
                key ->
                    Settings.nearest(key, Settings.keys())
                        .map(meant -> "Did you mean " + meant + "?")
                        .orElse("Remove it.")));
  }
}
