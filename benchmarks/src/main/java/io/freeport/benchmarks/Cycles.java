package io.freeport.benchmarks;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One JVM in a storm: each of its threads takes a port, opens it to its consumer, waits, and lets a
 * server listen on it, again and again.
 */
final class Cycles {

  /** Which is what a server needs to start, at the very least. */
  private static final long CONSUMERS_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final PortSource source;
  private final long end;

  private Cycles(PortSource source, long end) {
    this.source = source;
    this.end = end;
  }

  /**
   * The arguments are the peer, the number of threads, how many cycles each of them has, and for
   * how many seconds at most. For each cycle a line is printed: the port, from when to when it was
   * had by {@link System#nanoTime()}, and whether it was lost, or none was given.
   */
  public static void main(String[] args) throws Exception {
    int threads = Integer.parseInt(args[1]);
    int cycles = Integer.parseInt(args[2]);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(args[3]));
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try (PortSource source = Peer.valueOf(args[0]).open()) {
      Cycles worker = new Cycles(source, end);
      List<Future<List<String>>> results = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        results.add(workers.submit(() -> worker.run(cycles)));
      }
      for (Future<List<String>> result : results) {
        result.get().forEach(System.out::println);
      }
    } finally {
      workers.shutdownNow();
    }
  }

  private List<String> run(int cycles) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < cycles && System.nanoTime() < end; i++) {
      lines.add(cycle());
    }
    return lines;
  }

  private String cycle() throws IOException {
    long before = System.nanoTime();
    PortSource.Lease lease;
    try {
      lease = source.take();
    } catch (IOException | RuntimeException none) {
      return new Use(Use.NO_PORT, before, System.nanoTime(), true).toString();
    }
    try (lease) {
      return cycle(lease);
    }
  }

  private static String cycle(PortSource.Lease lease) throws IOException {
    long from = System.nanoTime();
    lease.offer();
    LockSupport.parkNanos(CONSUMERS_DELAY_NANOS);
    boolean lost;
    try (ServerSocket server = new ServerSocket(lease.number())) {
      lost = !lease.isTaken();
    } catch (BindException taken) {
      lost = true;
    }
    // Somebody else can be given the number from now on, so not after this.
    return new Use(lease.number(), from, System.nanoTime(), lost).toString();
  }
}
