package io.freeport.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Queue;

/** A process that takes ports, in one of several ways, until its standard input ends. */
final class Adversary {

  /** What it does. */
  enum Way {
    ANY("bind(0)"),
    CONNECT("connect()"),
    EXPLICIT("explicit binds"),
    CROWD("200 free ones");

    private final String title;

    Way(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /** So many of the numbers that a peer gives out are left free by a crowd. */
  private static final int LEFT_FREE = 200;

  /** How many processes a crowd is, since one alone may not open so many files. */
  static final int CROWD = 4;

  private static final int KEPT = 300;

  /** One in so many of the numbers that it goes for, lest more of a small range be taken. */
  private static final int KEPT_OF_EXPLICIT = 10;

  private final int first;
  private final int last;
  private final Queue<Closeable> kept = new ArrayDeque<>();

  private Adversary(int first, int last) {
    this.first = first;
    this.last = last;
  }

  /** The arguments are the way, and the first and the last port that it goes for. */
  public static void main(String[] args) throws IOException {
    Thread starter = new Thread(Adversary::endWithItsStarter);
    starter.setDaemon(true);
    starter.start();
    // An exception ends this process; the process that started it notices.
    new Adversary(Integer.parseInt(args[1]), Integer.parseInt(args[2]))
        .takeAll(Way.valueOf(args[0]));
  }

  /** The process that started this one closes standard input, at its end at the latest. */
  private static void endWithItsStarter() {
    try {
      while (System.in.read() >= 0) {
        // nobody writes
      }
    } catch (IOException closed) {
      // as good as its end
    }
    Runtime.getRuntime().halt(0);
  }

  private void takeAll(Way way) throws IOException {
    switch (way) {
      case ANY -> askForAny();
      case CONNECT -> connect();
      case EXPLICIT -> askForAll();
      case CROWD -> crowd();
    }
  }

  private static void ready() {
    System.out.println("ready");
  }

  private void askForAny() throws IOException {
    ready();
    while (true) {
      keep(bind(0), KEPT);
    }
  }

  /** Each connection takes a port for its client's side. */
  private void connect() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ready();
      while (true) {
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept();
        client.setSoLinger(true, 0); // its port is free as soon as it is closed
        keep(
            () -> {
              client.close();
              accepted.close();
            },
            KEPT);
      }
    }
  }

  private void askForAll() throws IOException {
    ready();
    int share = (last - first + 1) / KEPT_OF_EXPLICIT;
    while (true) {
      for (int port = first; port <= last; port++) {
        try {
          keep(bind(port), share);
        } catch (BindException taken) {
          // the next one
        }
      }
    }
  }

  /**
   * Takes all of its ports but its share of the free ones, and then lets go of the one that it has
   * longest whenever it gets another one. It asks for numbers, since the kernel takes long to find
   * any port where there are few.
   */
  private void crowd() throws IOException {
    int share = last - first + 1 - LEFT_FREE / CROWD;
    boolean isReady = false;
    while (true) {
      for (int port = first; port <= last; port++) {
        try {
          keep(bind(port), share);
        } catch (BindException taken) {
          // the next one
        }
      }
      if (!isReady) {
        isReady = true;
        ready();
      }
    }
  }

  private void keep(Closeable socket, int limit) throws IOException {
    kept.add(socket);
    while (kept.size() > limit) {
      kept.remove().close();
    }
  }

  private static Socket bind(int port) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(port));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
