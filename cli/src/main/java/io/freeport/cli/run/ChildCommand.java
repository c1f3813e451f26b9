package io.freeport.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freeport.cli.terminal.CommandFailure;
import io.freeport.internal.handoff.PortConflict;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The command, as a process. It has this process's input and output; what it says on standard error
 * is passed on as it comes, and its end is remembered, to tell a port conflict from other failures.
 */
final class ChildCommand implements AutoCloseable {

  /** As {@code env}, {@code timeout} and shells have them. */
  static final int NOT_EXECUTABLE = 126;

  static final int NOT_FOUND = 127;

  private static final Pattern NO_SUCH_FILE = Pattern.compile("error[=:] ?2\\b");

  /** More than any stack trace that ends a program. */
  private static final int REMEMBERED = 64 * 1024;

  /** For what is still on its way when the process has ended; another process may keep the pipe. */
  private static final long LAST_WORDS_MILLIS = 500;

  private final Process process;
  private final long startedAt = System.nanoTime();
  private final @Nullable Thread copier;

  // Guarded by this.
  private final StringBuilder said = new StringBuilder();

  private ChildCommand(Process process, boolean listens) {
    this.process = process;
    this.copier = listens ? new Thread(this::copy, "stderr") : null;
    if (copier != null) {
      copier.setDaemon(true);
      copier.start();
    }
  }

  /**
   * Starts the command.
   *
   * @param listens whether somebody wants to know what it says on standard error; if not, it has
   *     that of this process
   */
  static ChildCommand start(List<String> command, Map<String, String> variables, boolean listens) {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    if (listens) {
      builder.redirectError(ProcessBuilder.Redirect.PIPE);
    }
    builder.environment().putAll(variables);
    try {
      return new ChildCommand(builder.start(), listens);
    } catch (IOException e) {
      boolean missing = NO_SUCH_FILE.matcher(String.valueOf(e.getMessage())).find();
      throw new CommandFailure(
          missing ? NOT_FOUND : NOT_EXECUTABLE,
          "\""
              + command.get(0)
              + (missing
                  ? "\" cannot be found. Is it installed, and in PATH?"
                  : "\" cannot be started: " + e.getMessage()));
    }
  }

  Process process() {
    return process;
  }

  boolean waitFor(Duration limit) throws InterruptedException {
    return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Returns the exit status, once the process has ended and its last words are passed on. */
  int await() throws InterruptedException {
    int status = process.waitFor();
    if (copier != null) {
      copier.join(LAST_WORDS_MILLIS);
    }
    return status;
  }

  Duration age() {
    return Duration.ofNanos(System.nanoTime() - startedAt);
  }

  /** Returns the lines in which it says that it could not have a port. */
  synchronized List<String> conflicts() {
    return said.toString().lines().filter(PortConflict::isSaidBy).toList();
  }

  private void copy() {
    byte[] buffer = new byte[8192];
    try (InputStream from = process.getErrorStream()) {
      OutputStream to = new FileOutputStream(FileDescriptor.err);
      boolean open = true;
      for (int length = from.read(buffer); length >= 0; length = from.read(buffer)) {
        remember(buffer, length);
        if (open) {
          open = write(to, buffer, length);
        }
      }
    } catch (IOException e) {
      // the end of the process
    }
  }

  /** Writes; a closed standard error must not block the command by a full pipe. */
  private static boolean write(OutputStream to, byte[] buffer, int length) {
    try {
      to.write(buffer, 0, length);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private synchronized void remember(byte[] buffer, int length) {
    said.append(new String(buffer, 0, length, UTF_8));
    said.delete(0, Math.max(0, said.length() - REMEMBERED));
  }

  /** Ends the process if it still runs. */
  @Override
  public void close() {
    if (process.isAlive()) {
      process.toHandle().destroy();
    }
  }
}
