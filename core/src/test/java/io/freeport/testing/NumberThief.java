package io.freeport.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Another process that wants one number, as a program does that probes numbers: it binds it
 * thousands of times per second, and listens when it gets it.
 */
public final class NumberThief implements AutoCloseable {

  /** What the thief does with the port when it has it. */
  public enum Prey {
    /** It lets go of the port after two milliseconds, and tries again. */
    LETS_GO,
    /** It listens on the port until it is told to leave. */
    KEEPS
  }

  private final ChildJvm process;

  private NumberThief(ChildJvm process) {
    this.process = process;
  }

  /**
   * Returns once the thief has tried for the port.
   *
   * @param reuseAddress whether it sets {@code SO_REUSEADDR}, as {@code new ServerSocket(port)}
   *     does
   */
  public static NumberThief start(int port, boolean reuseAddress, Prey prey) throws IOException {
    NumberThief thief = new NumberThief(ChildJvm.start(Main.class, port, reuseAddress, prey));
    try {
      long unused = thief.successes();
      return thief;
    } catch (Throwable e) {
      thief.close();
      throw e;
    }
  }

  /** Has the thief try so often from now on, without a pause. Returns how often it got the port. */
  public int successesOf(int attempts) throws IOException {
    return (int) ask("try " + attempts);
  }

  /** Returns how often the thief has got the port since its start. */
  public long successes() throws IOException {
    return ask("successes");
  }

  /** Returns how often the thief has tried for the port since its start. */
  public long attempts() throws IOException {
    return ask("attempts");
  }

  /** Returns once a thief that keeps its prey listens on the port. */
  public void awaitPrey() throws IOException {
    long unused = ask("await");
  }

  /** Has the thief let go of the port, and try no more. Returns once it has done so. */
  public void leave() {
    try {
      long unused = ask("leave");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long pid() {
    return process.pid();
  }

  private synchronized long ask(String command) throws IOException {
    process.send(command);
    return Long.parseLong(process.readLine());
  }

  @Override
  public void close() {
    process.close();
  }

  static final class Main {

    private static final Duration LET_GO_AFTER = Duration.ofMillis(2);
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

    private final InetSocketAddress where;
    private final boolean reuseAddress;
    private final Prey prey;
    private final CountDownLatch tried = new CountDownLatch(1);
    private final CountDownLatch hasPrey = new CountDownLatch(1);

    // Guarded by this object. One thread at a time tries.
    private long attempts;
    private long successes;
    private boolean left;
    private @Nullable ServerSocket kept;

    private Main(String[] args) {
      where = new InetSocketAddress(Integer.parseInt(args[0]));
      reuseAddress = Boolean.parseBoolean(args[1]);
      prey = Prey.valueOf(args[2]);
    }

    public static void main(String[] args) throws Exception {
      new Main(args).run();
    }

    private void run() throws Exception {
      Thread thread = new Thread(this::tryAllTheTime);
      thread.setDaemon(true);
      thread.start();
      tried.await();
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        System.out.println(answer(line.split(" ", -1)));
      }
    }

    private long answer(String[] words) throws Exception {
      if (words[0].equals("await")) {
        hasPrey.await();
        return 1;
      }
      synchronized (this) {
        long before = successes;
        switch (words[0]) {
          case "try" -> {
            for (int attempt = 0; attempt < Integer.parseInt(words[1]); attempt++) {
              attempt(Duration.ZERO);
            }
            return successes - before;
          }
          case "leave" -> {
            left = true;
            if (kept != null) {
              kept.close();
            }
          }
          case "attempts" -> {
            return attempts;
          }
          default -> {}
        }
        return successes;
      }
    }

    private void tryAllTheTime() {
      while (true) {
        synchronized (this) {
          if (left || kept != null) {
            return;
          }
          attempt(LET_GO_AFTER);
        }
        tried.countDown();
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }

    private void attempt(Duration letGoAfter) {
      attempts++;
      try {
        ServerSocket server = new ServerSocket();
        try {
          server.setReuseAddress(reuseAddress);
          server.bind(where);
        } catch (IOException somebodyHasIt) {
          server.close();
          return;
        }
        successes++;
        if (prey == Prey.KEEPS) {
          kept = server;
          hasPrey.countDown();
        } else {
          LockSupport.parkNanos(letGoAfter.toNanos());
          server.close();
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
