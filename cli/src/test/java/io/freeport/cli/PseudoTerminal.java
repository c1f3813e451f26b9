package io.freeport.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The command line on a terminal, which script(1) makes. */
public final class PseudoTerminal implements AutoCloseable {

  private static final Path SCRIPT = Path.of("/usr/bin/script");

  private final Process process;
  private final Reader out;
  private final StringBuilder seen = new StringBuilder();

  private PseudoTerminal(Process process) {
    this.process = process;
    // Whoever reads from one that hangs would hang with it.
    CompletableFuture.delayedExecutor(2, TimeUnit.MINUTES).execute(this::close);
    this.out = process.inputReader(UTF_8);
  }

  public static PseudoTerminal start(Map<String, String> environment, String... args)
      throws IOException {
    Assumptions.assumeTrue(Files.isExecutable(SCRIPT), "there is no script(1) to make a terminal");
    String command = CliProcess.command().get(0) + " " + String.join(" ", args);
    ProcessBuilder builder =
        CliProcess.builder(
            List.of(SCRIPT.toString(), "--quiet", "--return", "--command", command, "/dev/null"),
            Map.of("TERM", "xterm"),
            Path.of("."));
    builder.environment().remove("NO_COLOR");
    builder.environment().putAll(environment);
    return new PseudoTerminal(builder.redirectErrorStream(true).start());
  }

  /** Reads on until a text was printed, after what was read before. */
  String awaitText(String text) throws IOException {
    int from = seen.length();
    while (seen.indexOf(text, from) < 0) {
      int next = out.read();
      if (next < 0) {
        throw new AssertionError("It ended without \"" + text + "\": " + seen);
      }
      seen.append((char) next);
    }
    return seen.substring(from);
  }

  void type(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(UTF_8));
    process.getOutputStream().flush();
  }

  /** Returns the exit status, and forgets what is still printed. */
  public int awaitEnd() throws IOException, InterruptedException {
    for (int next = out.read(); next >= 0; next = out.read()) {
      seen.append((char) next);
    }
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      throw new AssertionError("Still running: " + seen);
    }
    return process.exitValue();
  }

  public String seen() {
    return seen.toString();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
