package io.freeport.cli.ports;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.PortTier;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.cli.terminal.PortRangeConverter;
import io.freeport.cli.terminal.Terminal;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freeport find}: ports that are free at the moment. */
@Command(
    name = "find",
    description = "Print ports that are free now.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:the ports are printed, one a line", "1:there are not so many free ones"},
    footer = {
      "  freeport find",
      "  freeport find --near 8080",
      "  freeport find --count 3 --contiguous --range 20000-20999",
      "",
      "Only a hold keeps a port free: see freeport run."
    })
public final class FindCommand implements Callable<Integer> {

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many ports (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(names = "--contiguous", description = "Ports with numbers that follow each other.")
  private boolean contiguous;

  @Option(
      names = "--near",
      paramLabel = "P",
      description = "Port P itself, or the nearest free ones up to 100 away from it.")
  private @Nullable Integer near;

  @Option(
      names = "--range",
      paramLabel = "A-B",
      converter = PortRangeConverter.class,
      description = "Numbers from A to B, both included; may be repeated.")
  private List<PortRange> ranges = List.of();

  @Option(names = "--udp", description = "Ports for UDP instead of TCP.")
  private boolean udp;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  private final Supplier<Settings> settings;

  /** Finds ports with these settings. */
  public FindCommand(Supplier<Settings> settings) {
    this.settings = settings;
  }

  @Override
  public Integer call() {
    PortRequest.Builder request = PortRequest.named("find").count(count);
    if (contiguous) {
      request.contiguous();
    }
    if (udp) {
      request.protocol(Protocol.UDP);
    }
    if (near != null) {
      request.preferred(near).upTo(PortTier.RANGE);
    }
    ranges.forEach(range -> request.range(range.first(), range.last()));
    // A request that fails reaps by itself, but looking must not remove anything.
    Settings reapingNothing = settings.get().with(SettingKeys.REAPER, "off");
    List<Integer> numbers;
    try (PortAllocator allocator = PortAllocator.builder(reapingNothing).build()) {
      numbers = allocator.holdAll(request.build()).stream().map(HeldPort::number).toList();
    } catch (PortUnavailableException e) {
      throw new CommandFailure(ExitStatus.NO, e);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json.isSet()) {
      JsonOption.print(Map.of("ports", numbers), out);
    } else {
      numbers.forEach(out::println);
      if (Terminal.isInteractive()) {
        out.println("Free now; only a hold keeps a port free: see freeport run.");
      }
    }
    return ExitStatus.OK;
  }
}
