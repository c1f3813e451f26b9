package io.freeport.docker.testing;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A Unix socket that accepts connections and never answers. */
public final class SilentEngine implements AutoCloseable {

  private final ServerSocketChannel server;
  private final Queue<SocketChannel> accepted = new ConcurrentLinkedQueue<>();

  private SilentEngine(ServerSocketChannel server) {
    this.server = server;
  }

  public static SilentEngine listenOn(Path path) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    SilentEngine engine = new SilentEngine(server);
    Thread thread = new Thread(engine::accept, "silent-engine");
    thread.setDaemon(true);
    thread.start();
    return engine;
  }

  private void accept() {
    try {
      while (true) {
        accepted.add(server.accept());
      }
    } catch (IOException closed) {
      return;
    }
  }

  public int connections() {
    return accepted.size();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel connection : accepted) {
      connection.close();
    }
  }
}
