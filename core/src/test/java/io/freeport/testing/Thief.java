package io.freeport.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Another process that wants our ports. All the time it takes whatever it can get and notes when it
 * got it; once told a number it also tries for that one in a loop, and keeps it if it gets it.
 *
 * <p>Times are {@link System#nanoTime()}, which on Linux is the same clock in all processes.
 */
public final class Thief implements AutoCloseable {

  public enum Way {
    /**
     * Binds one explicit number after the other, over all that FreePort allocates from, and keeps
     * the last few thousand.
     */
    EXPLICIT,
    /** Asks the kernel for any port, and keeps the last few hundred. */
    ANY
  }

  private final ChildJvm process;

  private Thief(ChildJvm process) {
    this.process = process;
  }

  public static Thief start(Way way) throws IOException {
    return new Thief(ChildJvm.start(Main.class, way));
  }

  /** Returns once the thief has tried for the port at least once. */
  public void watch(int port) throws IOException {
    process.send("watch " + port);
    process.readLine();
  }

  /** Returns whether the thief had the port at any time after {@code since}; it gives it back. */
  public boolean had(int port, long since) throws IOException {
    process.send("had " + port + " " + since);
    String answer = process.readLine();
    return switch (answer) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalStateException("The thief has given up: " + answer);
    };
  }

  @Override
  public void close() {
    process.close();
  }

  static final class Main {

    private static final int KEPT_OF_ANY = 300;
    private static final int KEPT_OF_EXPLICIT = 2_000;

    private final Way way;
    private final AtomicLongArray lastHad = new AtomicLongArray(65536);
    private volatile int watched;

    private Main(Way way) {
      this.way = way;
    }

    public static void main(String[] args) throws Exception {
      new Main(Way.valueOf(args[0])).run();
    }

    private void run() throws Exception {
      Thread thread = new Thread(this::takeWhatThereIs);
      thread.setDaemon(true);
      thread.start();
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      @Nullable Watch watch = null;
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        String[] words = line.split(" ", -1);
        int port = Integer.parseInt(words[1]);
        if (words[0].equals("watch")) {
          watch = new Watch(port);
          watched = port;
          watch.start();
          watch.tried.await();
          System.out.println("watching");
        } else {
          boolean caught = watch != null && watch.end();
          watched = 0;
          boolean had = caught || lastHad.get(port) > Long.parseLong(words[2]);
          System.out.println(thread.isAlive() ? had : "its thread has ended");
        }
      }
    }

    private void takeWhatThereIs() {
      Queue<Socket> kept = new ArrayDeque<>();
      try {
        while (true) {
          if (way == Way.ANY) {
            keep(take(0), kept, KEPT_OF_ANY);
          } else {
            for (int port = 10_000; port < 32_768; port++) {
              if (port != watched) { // the other thread tries that one
                takeIfFree(port, kept);
              }
            }
          }
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private void takeIfFree(int port, Queue<Socket> kept) throws IOException {
      try {
        keep(take(port), kept, KEPT_OF_EXPLICIT);
      } catch (BindException somebodyHasIt) {
        // the next one, then
      }
    }

    private static void keep(Socket socket, Queue<Socket> kept, int limit) throws IOException {
      kept.add(socket);
      if (kept.size() > limit) {
        kept.remove().close();
      }
    }

    private Socket take(int port) throws IOException {
      Socket socket = new Socket();
      try {
        socket.setReuseAddress(false);
        socket.bind(new InetSocketAddress(port));
        // Noted while we have it: whoever binds it afterwards also looks at the clock afterwards.
        lastHad.set(socket.getLocalPort(), System.nanoTime());
        return socket;
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    }

    private final class Watch extends Thread {

      private final int port;
      private final CountDownLatch tried = new CountDownLatch(1);
      private volatile boolean ended;
      private volatile @Nullable Socket prey;

      Watch(int port) {
        this.port = port;
        setDaemon(true);
      }

      @Override
      public void run() {
        while (!ended && prey == null) {
          try {
            Socket socket = take(way == Way.ANY ? 0 : port);
            if (socket.getLocalPort() == port) {
              prey = socket;
            } else {
              socket.close();
            }
          } catch (IOException somebodyHasIt) {
            // that is how it should be
          }
          tried.countDown();
        }
      }

      boolean end() throws Exception {
        ended = true;
        join();
        Socket caught = prey;
        if (caught != null) {
          caught.close();
        }
        return caught != null;
      }
    }
  }
}
