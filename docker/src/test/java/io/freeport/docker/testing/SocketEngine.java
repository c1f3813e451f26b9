package io.freeport.docker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A Unix socket that answers each request as it is told, and then closes the connection. */
public final class SocketEngine implements AutoCloseable {

  private static final int LONGEST_REQUEST = 1 << 16;

  /** The first line of each request. */
  public final List<String> requests = new CopyOnWriteArrayList<>();

  private final Path path;
  private final ServerSocketChannel server;
  private final UnaryOperator<String> answers;

  private SocketEngine(Path path, ServerSocketChannel server, UnaryOperator<String> answers) {
    this.path = path;
    this.server = server;
    this.answers = answers;
  }

  /**
   * Starts one.
   *
   * @param answers from the first line of a request to the whole answer
   */
  public static SocketEngine listenOn(Path path, UnaryOperator<String> answers) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    SocketEngine engine = new SocketEngine(path, server, answers);
    Thread thread = new Thread(engine::serve, "socket-engine");
    thread.setDaemon(true);
    thread.start();
    return engine;
  }

  private void serve() {
    try {
      while (true) {
        try (SocketChannel client = server.accept()) {
          ByteBuffer request = ByteBuffer.allocate(LONGEST_REQUEST);
          client.read(request); // all of it: requests are short, and have no body
          String line = UTF_8.decode(request.flip()).toString().split("\r\n", 2)[0];
          if (!line.isEmpty()) { // somebody only looked whether it accepts
            requests.add(line);
            client.write(ByteBuffer.wrap(answers.apply(line).getBytes(UTF_8)));
          }
        }
      }
    } catch (IOException closed) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(path);
  }
}
