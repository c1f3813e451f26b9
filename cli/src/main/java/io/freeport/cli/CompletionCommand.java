package io.freeport.cli;

import io.freeport.cli.terminal.ExitStatus;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code freeport completion}: what a shell needs to complete this command line. */
@Command(
    name = "completion",
    description = "Print a script by which a shell completes commands and options.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  source <(freeport completion bash)",
      "  freeport completion bash > /etc/bash_completion.d/freeport",
      "  echo 'source <(freeport completion zsh)' >> ~/.zshrc"
    })
final class CompletionCommand implements Callable<Integer> {

  /** One script serves both, and finds out where it is. */
  enum Shell {
    bash,
    zsh
  }

  @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  @Spec private CommandSpec spec;

  private final Supplier<CommandLine> all;

  /** Completes the commands of {@code all}. */
  CompletionCommand(Supplier<CommandLine> all) {
    this.all = all;
  }

  @Override
  public Integer call() {
    if (shell == Shell.zsh) {
      // The script switches on the emulation of bash's completion, which needs zsh's own.
      spec.commandLine().getOut().println("autoload -Uz compinit && compinit -C");
    }
    spec.commandLine().getOut().print(AutoComplete.bash("freeport", all.get()));
    spec.commandLine().getOut().flush();
    return ExitStatus.OK;
  }
}
