package io.freeport.cli.ports;

import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.cli.terminal.Terminal;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code freeport ls}: the JVMs that hold ports, their ports and their containers. */
@Command(
    name = "ls",
    description = "List this user's JVMs that use FreePort, with their ports and containers.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {"  freeport ls", "  freeport ls --watch", "  freeport ls --json"})
public final class LsCommand implements Callable<Integer> {

  /** Clears the screen and moves to its top left corner. */
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Option(
      names = "--watch",
      arity = "0..1",
      fallbackValue = "2",
      paramLabel = "SECONDS",
      description =
          "List them again every so many seconds (default: 2): in place on a terminal, else one below the other.")
  private @Nullable Integer seconds;

  @Mixin private JsonOption json = new JsonOption();

  @Spec private CommandSpec spec;

  private final Supplier<OwnerRegistry> owners;

  /** Lists the owners of a registry. */
  public LsCommand(Supplier<OwnerRegistry> owners) {
    this.owners = owners;
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (seconds == null) {
      print(out, "");
      return ExitStatus.OK;
    }
    if (seconds < 1) {
      throw new CommandFailure(
          ExitStatus.USAGE, "--watch: expected 1 second or more, not " + seconds + ".");
    }
    String before = Terminal.isInteractive() && !json.isSet() ? CLEAR : "";
    // Until nobody reads any more; or, with Ctrl-C, until the JVM ends.
    while (!out.checkError()) {
      print(out, before);
      Thread.sleep(Duration.ofSeconds(seconds).toMillis());
    }
    return ExitStatus.OK;
  }

  /** Collects everything before clearing the screen, so that it does not flicker. */
  private void print(PrintWriter out, String before) {
    RunningOwners running = RunningOwners.in(owners.get());
    out.print(before);
    if (json.isSet()) {
      JsonOption.print(running.json(), out);
    } else {
      running.lines().forEach(out::println);
    }
    out.flush();
  }
}
