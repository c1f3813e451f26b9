package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.cli.terminal.ExitStatus;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class HelpTest {

  static Stream<CommandLine> commands() {
    return below(Main.commandLine())
        .filter(command -> !command.getCommandSpec().usageMessage().hidden());
  }

  private static Stream<CommandLine> below(CommandLine command) {
    return command.getSubcommands().values().stream()
        .flatMap(sub -> Stream.concat(Stream.of(sub), below(sub)));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void hasExamples(CommandLine command) {
    assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
        .contains("Examples:\n  ")
        .contains(command.getCommandSpec().qualifiedName() + " ")
        .contains("--help");
  }

  @Test
  void isPlainWithoutATerminal() throws Exception {
    CliProcess.Result help = CliProcess.run("--help");
    assertThat(help.out()).contains("Usage: freeport ").doesNotContain("\u001b", "warm-up");
    assertThat(help.status()).isZero();
    CliProcess.Result wrong = CliProcess.run("kil", "80");
    assertThat(wrong.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(wrong.err()).contains("kill");
  }

  @Test
  void logsOnlyIfAsked() throws Exception {
    Map<String, String> noEngine = Map.of("DOCKER_HOST", "unix:///nonexistent.sock");
    CliProcess.Result quiet = CliProcess.run(noEngine, Path.of("."), "reap", "--dry-run");
    assertThat(quiet.err())
        .startsWith("freeport: Cannot tell what is left behind: no engine answers at")
        .hasLineCount(1);
    assertThat(quiet.status()).isEqualTo(ExitStatus.FAILED);
    CliProcess.Result verbose =
        CliProcess.run(noEngine, Path.of("."), "reap", "--dry-run", "--verbose");
    assertThat(verbose.err().lines().count()).isGreaterThan(1);
    assertThat(verbose.status()).isEqualTo(ExitStatus.FAILED);
  }
}
