package io.freeport.cli.config;

import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.os.SmallFile;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freeport config migrate}: environment variables, written into the file. */
@Command(
    name = "migrate",
    description = {
      "Write ports and settings from environment variables into the nearest freeport.yaml.",
      "WEB_PORT becomes services.web.preferred, WEB_FALLBACK_PORTS services.web.fallback; and so do the variables of FreePort, such as FREEPORT_SERVICES_WEB_RANGE and FREEPORT_RETRIES."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport config migrate --dry-run",
      "  freeport config migrate WEB_SERVER_PORT DB_PORT",
      "  freeport config migrate --env-file .env"
    })
final class ConfigMigrateCommand implements Callable<Integer> {

  private static final Pattern LINE =
      Pattern.compile(
          "(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)=(?:\"([^\"]*)\"|'([^']*)'|([^#]*))(?:\\s*#.*)?");

  @Parameters(
      paramLabel = "VARIABLE",
      arity = "0..*",
      description = "Which variables (default: all that say what a plan can say).")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--env-file",
      paramLabel = "FILE",
      description = "Read the variables from this file, with lines such as WEB_PORT=8000.")
  private @Nullable Path envFile;

  @Option(names = "--force", description = "Replace what the file says already.")
  private boolean force;

  @Option(names = "--dry-run", description = "Print the difference, and write nothing.")
  private boolean dryRun;

  @Mixin private PlanOption plan;

  @Spec private CommandSpec spec;

  ConfigMigrateCommand(Supplier<Settings> settings) {
    plan = new PlanOption(settings);
  }

  @Override
  public Integer call() {
    Map<String, String> variables = variables();
    PlanDocument document = plan.nearest();
    Map<String, List<String>> keys = new MigratedVariables(services()).keys(variables);
    for (String name : names) {
      if (!keys.containsKey(name)) {
        throw new CommandFailure(
            ExitStatus.USAGE,
            variables.containsKey(name)
                ? name + "=" + variables.get(name) + " says nothing that a plan could say."
                : "There is no variable " + name + ".");
      }
    }
    if (!names.isEmpty()) {
      keys.keySet().retainAll(names);
    }
    PrintWriter err = spec.commandLine().getErr();
    if (keys.isEmpty()) {
      throw new CommandFailure(
          ExitStatus.NO, "No variable says what a plan could say, such as WEB_PORT=8000.");
    }
    keys.forEach(
        (name, key) -> {
          String dotted = String.join(".", key);
          if (document.has(key) && !force) {
            err.println(dotted + " is in the file already; " + name + " is left out. See --force.");
          } else {
            document.set(key, variables.getOrDefault(name, ""));
            err.println(name + " -> " + dotted);
          }
        });
    err.flush();
    ConfigChange.finish(document, dryRun, spec.commandLine().getOut());
    return ExitStatus.OK;
  }

  /** The variables may name services that the file is yet to get, with which it cannot be read. */
  private List<String> services() {
    List<String> services = new ArrayList<>();
    for (Path file : plan.files()) {
      services.addAll(plan.document(file).keysOf("services"));
    }
    return services;
  }

  private Map<String, String> variables() {
    if (envFile == null) {
      return System.getenv();
    }
    Map<String, String> variables = new LinkedHashMap<>();
    try {
      for (String line : SmallFile.read(envFile).lines().toList()) {
        Matcher matcher = LINE.matcher(line.strip());
        if (matcher.matches()) {
          for (int group = 2; group <= 4; group++) {
            if (matcher.group(group) != null) {
              variables.put(matcher.group(1), matcher.group(group).strip());
            }
          }
        }
      }
    } catch (IOException e) {
      throw new CommandFailure(ExitStatus.USAGE, envFile + " cannot be read: " + e);
    }
    return variables;
  }
}
