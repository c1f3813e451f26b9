package io.freeport.cli;

import io.freeport.PortAllocator;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.cli.terminal.JsonOption;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.docker.reaper.Reaper;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code freeport warm-up}: loads the classes that commands need, for the start script, which keeps
 * them in an archive. It changes nothing and prints nothing.
 */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

  private final Supplier<Settings> settings;
  private final Supplier<CommandLine> all;

  /** Reads the commands of {@code all}. */
  WarmUpCommand(Supplier<Settings> settings, Supplier<CommandLine> all) {
    this.settings = settings;
    this.all = all;
  }

  @Override
  public Integer call() {
    try (PortAllocator allocator =
        PortAllocator.builder(settings.get().with(SettingKeys.REAPER, "off")).build()) {
      PortDiagnosis.of(allocator.hold().number()).describe();
      Reaper.create().timeLimit(LONGEST_WAIT).plan();
    } catch (RuntimeException e) {
      // Without an engine, or with a mistake in freeport.yaml, the archive has a little less in it.
    }
    PrintWriter nowhere = new PrintWriter(new StringWriter());
    JsonOption.print(Map.of(), nowhere);
    all.get().usage(nowhere);
    return ExitStatus.OK;
  }
}
