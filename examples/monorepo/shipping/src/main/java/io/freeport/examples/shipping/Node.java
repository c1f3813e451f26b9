package io.freeport.examples.shipping;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A node of a cluster that passes parcels on in a ring, until they have arrived. Its members are in
 * its configuration, as those of a consensus group are, so their ports are known before the first
 * of them starts.
 */
public final class Node implements AutoCloseable {

  private final List<Integer> members;
  private final int self;
  private final ServerSocket server;
  private final Set<String> arrived = ConcurrentHashMap.newKeySet();

  private final Thread thread;

  private Node(List<Integer> members, int self) throws IOException {
    this.members = members;
    this.self = self;
    this.server = new ServerSocket(members.get(self), 50, InetAddress.getLoopbackAddress());
    this.thread = new Thread(this::serve, "node " + self);
    thread.setDaemon(true);
  }

  /** Starts one of the members, which are given by their ports. */
  public static Node start(List<Integer> members, int self) throws IOException {
    Node node = new Node(members, self);
    node.thread.start();
    return node;
  }

  /** Sends a parcel to a member and returns the way that it took. */
  public String send(String parcel, int destination) throws IOException {
    return pass(destination + " " + parcel);
  }

  /** Returns whether the parcel arrived here. */
  public boolean has(String parcel) {
    return arrived.contains(parcel);
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket client = server.accept();
          BufferedReader in =
              new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
          PrintWriter out = new PrintWriter(client.getOutputStream(), true, UTF_8)) {
        String message = Objects.requireNonNull(in.readLine(), "no message");
        String[] words = message.split(" ", 2);
        if (Integer.parseInt(words[0]) == self) {
          arrived.add(words[1]);
          out.println(self);
        } else {
          out.println(self + " " + pass(message));
        }
      } catch (IOException e) {
        // closed, or the client is gone, which it will notice itself
      }
    }
  }

  private String pass(String message) throws IOException {
    int next = members.get((self + 1) % members.size());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), next);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        PrintWriter out = new PrintWriter(socket.getOutputStream(), true, UTF_8)) {
      out.println(message);
      return Objects.requireNonNull(in.readLine(), "no answer");
    }
  }

  /**
   * Returns when the port is free. The system keeps a closed socket open for the thread that waits
   * for clients on it, until that has noticed.
   */
  @Override
  public void close() throws IOException {
    server.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
