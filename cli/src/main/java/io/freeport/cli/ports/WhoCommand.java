package io.freeport.cli.ports;

import io.freeport.Protocol;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.diagnosis.PortDiagnosis;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freeport who}: the process, container or FreePort owner that has a port. */
@Command(
    name = "who",
    description =
        "Tell who has a port: a process, a container, or a JVM that holds it by FreePort.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:somebody has the port",
      "1:nobody has it",
      "4:somebody has it, and who cannot be told"
    },
    footerHeading = "%nExamples:%n",
    footer = {"  freeport who 5432", "  freeport who --json 5432"})
public final class WhoCommand implements Callable<Integer> {

  @Parameters(paramLabel = "PORT", description = "The port, for TCP and UDP.")
  private int port;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PortDiagnosis diagnosis = Occupants.of(port, Protocol.TCP);
    boolean known = !diagnosis.occupants().isEmpty();
    boolean taken = known || PortDiagnosis.isTaken(port, Protocol.TCP);
    if (json.isSet()) {
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("port", port);
      answer.put("taken", taken);
      answer.put("occupants", Occupants.json(diagnosis.occupants()));
      answer.put("description", diagnosis.describe());
      JsonOption.print(answer, spec.commandLine().getOut());
    } else {
      spec.commandLine().getOut().println(diagnosis.describe());
    }
    if (known) {
      return ExitStatus.OK;
    }
    return taken ? ExitStatus.FAILED : ExitStatus.NO;
  }
}
