package io.freeport.cli.config;

import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PlanException;
import io.freeport.plan.PortPlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code freeport config validate}: whether the plan is valid. */
@Command(
    name = "validate",
    description =
        "Check freeport.yaml, for all environments. The exit status is 1 if there is a mistake, or no file.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  freeport config validate", "  freeport config validate --json"})
final class ConfigValidateCommand implements Callable<Integer> {

  @Mixin private PlanOption plan;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  ConfigValidateCommand(Supplier<Settings> settings) {
    plan = new PlanOption(settings);
  }

  @Override
  public Integer call() {
    List<Path> files = plan.files();
    if (files.isEmpty()) {
      return answer(
          false, "There is no " + PlanOption.FILE_NAME + " here. See freeport config set.", null);
    }
    try {
      PortPlan read = plan.read();
      String names = String.join(", ", files.stream().map(Path::toString).toList());
      return answer(
          true, names + ": valid, services " + String.join(", ", read.services().keySet()), null);
    } catch (PlanException e) {
      return answer(false, String.valueOf(e.getMessage()), e);
    } catch (IllegalArgumentException e) { // a setting
      return answer(false, String.valueOf(e.getMessage()), null);
    }
  }

  private int answer(boolean valid, String message, @Nullable PlanException mistake) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("valid", valid);
      answer.put("message", message);
      if (mistake != null) {
        mistake.file().ifPresent(file -> answer.put("file", file.toString()));
        answer.put("line", mistake.line());
      }
      JsonOption.print(answer, out);
    } else {
      out.println(message);
    }
    out.flush();
    return valid ? ExitStatus.OK : ExitStatus.NO;
  }
}
