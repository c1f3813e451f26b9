package io.freeport.cli.ports;

import io.freeport.PortRange;
import io.freeport.Protocol;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.cli.terminal.PortRangeConverter;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.diagnosis.PortOccupant.Use;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freeport check}: which ports are free at the moment. */
@Command(
    name = "check",
    description = "Tell which ports are free now, and who has the others.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:all are free", "1:at least one is taken"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  freeport check 8080 5432 9000-9010",
      "  freeport check --udp 5353",
      "",
      "Only a hold keeps a port free: see freeport run."
    })
public final class CheckCommand implements Callable<Integer> {

  /** One port and its occupants. */
  private record Answer(int port, boolean free, List<PortOccupant> occupants) {

    String line() {
      String taken = occupants.isEmpty() ? "taken, or not this user's to bind" : "taken by ";
      String hints = PortHints.of(port).stream().map("; "::concat).collect(Collectors.joining());
      return port + "  " + (free ? "free" : taken + String.join("; and by ", described())) + hints;
    }

    private List<String> described() {
      return occupants.stream().map(PortOccupant::describe).toList();
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("port", port);
      json.put("free", free);
      json.put("occupants", Occupants.json(occupants));
      json.put("hints", PortHints.of(port));
      return json;
    }
  }

  @Parameters(
      paramLabel = "PORT",
      arity = "1..*",
      converter = PortRangeConverter.class,
      description = "Ports, or ranges such as 9000-9010.")
  private List<PortRange> ports;

  @Option(names = "--udp", description = "For UDP instead of TCP.")
  private boolean udp;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<Answer> answers =
        ports.stream()
            .flatMapToInt(range -> IntStream.rangeClosed(range.first(), range.last()))
            .distinct()
            .mapToObj(this::answer)
            .toList();
    boolean allFree = answers.stream().allMatch(Answer::free);
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("free", allFree);
      all.put("ports", answers.stream().map(Answer::json).toList());
      JsonOption.print(all, out);
    } else {
      answers.forEach(answer -> out.println(answer.line()));
      if (answers.stream().anyMatch(Answer::free)) {
        out.println("Free now; only a hold keeps a port free: see freeport run.");
      }
    }
    return allFree ? ExitStatus.OK : ExitStatus.NO;
  }

  /** Looks for occupants of taken ports only, because that takes a while. */
  private Answer answer(int port) {
    Protocol protocol = udp ? Protocol.UDP : Protocol.TCP;
    if (!PortDiagnosis.isTaken(port, protocol)) {
      return new Answer(port, true, List.of());
    }
    List<PortOccupant> occupants = new ArrayList<>(Occupants.of(port, protocol).occupants());
    occupants.removeIf(occupant -> (occupant.use() == Use.UDP) != udp);
    return new Answer(port, false, occupants);
  }
}
