package io.freeport.cli.run;

import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.os.ProcFs;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * Passes the signals of this process to its command. When the command ends, so does this process.
 *
 * <p>What a terminal sends (Ctrl-C, or its own end) goes to all processes in its foreground, the
 * command included. Those are not passed then: the command would get them twice.
 */
public final class PassedSignals implements AutoCloseable {

  private static final Map<String, Integer> ENDING = Map.of("HUP", 1, "INT", 2, "TERM", 15);

  /**
   * Signals that do not end this process. The JVM handles QUIT itself, and no process can handle
   * KILL and STOP.
   */
  private static final Set<String> OTHERS = Set.of("USR1", "USR2", "WINCH", "CONT");

  private static final Set<String> OF_TERMINALS = Set.of("HUP", "INT", "WINCH", "CONT");

  private final Map<String, @Nullable Object> former = new LinkedHashMap<>();

  // Guarded by this.
  private @Nullable Process receiver;
  private @Nullable String first;
  private final Set<ProcessHandle> descendants = new LinkedHashSet<>();
  private boolean toWholeGroup;

  private PassedSignals() {}

  public static PassedSignals install() {
    PassedSignals signals = new PassedSignals();
    ENDING.keySet().forEach(signals::register);
    return signals;
  }

  private void register(String name) {
    if (!former.containsKey(name)) {
      former.put(name, Signals.register(name, () -> pass(name)));
    }
  }

  /**
   * Starts the command, which gets the signals from then on. One that comes meanwhile waits, since
   * nobody can tell whether the command was there to get it from the terminal until it is.
   *
   * @return nothing if a signal came before
   */
  synchronized @Nullable ChildCommand start(Supplier<ChildCommand> start) {
    if (first != null) {
      return null;
    }
    OTHERS.forEach(this::register);
    ChildCommand command = start.get();
    receiver = command.process();
    return command;
  }

  /** Returns whether a signal came that ends this process. */
  synchronized boolean came() {
    return first != null;
  }

  /**
   * Returns whether a signal comes within a time. One that ends the command together with this
   * process, as Ctrl-C does, may be noticed later than the command's end.
   */
  synchronized boolean comes(Duration limit) throws InterruptedException {
    long start = System.nanoTime();
    long left = limit.toNanos();
    while (first == null && left > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = limit.toNanos() - (System.nanoTime() - start);
    }
    return first != null;
  }

  /** Returns whether the status is that of a process that one of these signals has ended. */
  static boolean isStatusOfEnded(int status) {
    return ENDING.containsValue(status - 128);
  }

  /** Returns the exit status of a process that the first signal has ended. */
  synchronized int exitStatus() {
    return first == null ? ExitStatus.OK : 128 + ENDING.getOrDefault(first, 0);
  }

  /** Returns the command's descendants at the time of each signal that ends this process. */
  synchronized Set<ProcessHandle> descendants() {
    return Set.copyOf(descendants);
  }

  /** Returns whether such a signal came from a terminal, which sends it to its whole foreground. */
  synchronized boolean cameToWholeGroup() {
    return toWholeGroup;
  }

  /** Waits for the first signal. */
  public synchronized void await() throws InterruptedException {
    while (first == null) {
      wait();
    }
  }

  private synchronized void pass(String name) {
    if (first == null && ENDING.containsKey(name)) {
      first = name;
      notifyAll();
    }
    if (receiver == null) {
      return;
    }
    boolean byTerminal = OF_TERMINALS.contains(name) && isInForeground();
    if (ENDING.containsKey(name)) {
      // Now: when the command has ended, its children are nobody's.
      receiver.descendants().forEach(descendants::add);
      toWholeGroup |= byTerminal;
    }
    if (!byTerminal) {
      send(name, receiver);
    }
  }

  private static void send(String name, Process process) {
    if (name.equals("TERM")) {
      process.toHandle().destroy(); // Process.destroy() would close the streams, too
      return;
    }
    if (process.isAlive()) {
      try {
        new ProcessBuilder("/bin/sh", "-c", "kill -s " + name + " " + process.pid())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      } catch (IOException e) {
        process.toHandle().destroy();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Unknown outside Linux, where the command may get Ctrl-C twice. */
  private static boolean isInForeground() {
    try {
      ProcFs.Stat self = ProcFs.stat("self");
      return self.group() == self.foregroundGroup();
    } catch (IOException e) {
      return false;
    }
  }

  /** Restores the former handlers. */
  @Override
  public void close() {
    former.forEach(Signals::unregister);
  }
}
