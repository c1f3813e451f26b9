package io.freeport.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Another process that wants the ports of a pool: it binds its numbers in random order, keeps four
 * fifths of them, and gives up the oldest for each new one; and it asks the kernel for any port,
 * over and over.
 */
final class PoolThief {

  private static final int KEPT_OF_ANY = 300;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private PoolThief() {}

  /**
   * Steals until its input ends.
   *
   * @param args first and last port
   */
  public static void main(String[] args) throws Exception {
    int first = Integer.parseInt(args[0]);
    int last = Integer.parseInt(args[1]);
    start(() -> takeNumbers(first, last));
    start(PoolThief::takeAny);
    System.out.println("stealing");
    while (System.in.read() >= 0) {
      // until the end
    }
  }

  private static void start(Runnable theft) {
    Thread thread = new Thread(theft);
    thread.setDaemon(true);
    thread.start();
  }

  private static void takeNumbers(int first, int last) {
    Queue<Socket> kept = new ArrayDeque<>();
    List<Integer> ports = new ArrayList<>(IntStream.rangeClosed(first, last).boxed().toList());
    while (true) {
      Collections.shuffle(ports); // else whoever looks for one in their order may follow behind
      for (int port : ports) {
        take(port, kept, ports.size() * 4 / 5);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private static void takeAny() {
    Queue<Socket> kept = new ArrayDeque<>();
    while (true) {
      take(0, kept, KEPT_OF_ANY);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static void take(int port, Queue<Socket> kept, int limit) {
    try {
      Socket socket = new Socket();
      try {
        socket.setReuseAddress(false);
        socket.bind(new InetSocketAddress(port));
        kept.add(socket);
      } catch (BindException somebodyHasIt) {
        socket.close();
      }
      if (kept.size() > limit) {
        kept.remove().close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
