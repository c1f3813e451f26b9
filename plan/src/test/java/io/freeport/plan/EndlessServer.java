package io.freeport.plan;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Begins each answer with the same bytes, and goes on with others for as long as the client reads.
 */
public final class EndlessServer implements AutoCloseable {

  private static final int ENOUGH_SECONDS = 60;

  private final ServerSocket server;
  private final byte[] start;
  private final byte[] rest;

  /** How many bytes each client let it write. */
  private final BlockingQueue<Long> written = new LinkedBlockingQueue<>();

  private volatile AtomicLong last = new AtomicLong();

  private EndlessServer(ServerSocket server, String start, byte[] rest) {
    this.server = server;
    this.start = start.getBytes(StandardCharsets.ISO_8859_1);
    this.rest = rest;
  }

  /**
   * Starts it.
   *
   * @param rest repeated until the client closes the connection; nothing more than the start is
   *     sent if this is empty, and the connection stays open
   */
  public static EndlessServer start(int port, String start, byte[] rest) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    EndlessServer server = new EndlessServer(socket, start, rest);
    start(server::accept);
    return server;
  }

  public int port() {
    return server.getLocalPort();
  }

  /** Returns how much the next client took before it closed its connection. */
  public long taken() throws InterruptedException {
    Long bytes = written.poll(ENOUGH_SECONDS, TimeUnit.SECONDS);
    if (bytes == null) {
      throw new AssertionError("The client did not close its connection.");
    }
    return bytes;
  }

  /**
   * Returns how much the last client has taken up to now, if it has closed its connection or not.
   */
  public long takenSoFar() {
    return last.get();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "endless");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        start(() -> answer(client));
      }
    } catch (IOException closed) {
      // the end of the test
    }
  }

  private void answer(Socket client) {
    AtomicLong bytes = new AtomicLong();
    last = bytes;
    try (client) {
      if (client.getInputStream().read(new byte[4096]) < 0) {
        return; // who only asked whether somebody listens
      }
      OutputStream out = client.getOutputStream();
      out.write(start);
      while (rest.length > 0) {
        out.write(rest);
        bytes.addAndGet(rest.length);
      }
      while (client.getInputStream().read() >= 0) {
        // until the client is gone
      }
    } catch (IOException closedByTheClient) {
      // which it is to do
    }
    written.add(bytes.get());
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
