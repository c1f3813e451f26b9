package io.freeport.cli;

import io.freeport.docker.internal.Engine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/** A Unix socket before the real engine, as of the proxies that let only some requests through. */
final class RestrictedEngine implements AutoCloseable {

  private static final String FORBIDDEN = "{\"message\":\"not allowed here\"}";
  private static final int LARGEST_CHUNK = 1 << 16;

  private final Path path;
  private final Pattern forbidden;
  private final ServerSocketChannel server;
  private final Queue<SocketChannel> open = new ConcurrentLinkedQueue<>();

  /**
   * @param forbidden is looked for in the beginning of requests: {@code ^GET \S+/info}
   */
  RestrictedEngine(Path path, String forbidden) throws IOException {
    this.path = path;
    this.forbidden = Pattern.compile(forbidden);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    start(this::accept);
  }

  Map<String, String> environment() {
    return Map.of("DOCKER_HOST", "unix://" + path);
  }

  private void accept() throws IOException {
    while (true) {
      SocketChannel client = server.accept();
      open.add(client);
      SocketChannel engine = connectToEngine();
      open.add(engine);
      start(() -> pass(client, engine, true));
      start(() -> pass(engine, client, false));
    }
  }

  private static SocketChannel connectToEngine() throws IOException {
    URI uri = Engine.uri();
    return uri.getScheme().equals("unix")
        ? SocketChannel.open(UnixDomainSocketAddress.of(uri.getPath()))
        : SocketChannel.open(new InetSocketAddress(uri.getHost(), uri.getPort()));
  }

  private void pass(SocketChannel from, SocketChannel to, boolean requests) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(LARGEST_CHUNK);
    try (from;
        to) {
      while (from.read(chunk.clear()) >= 0) {
        chunk.flip();
        String text = StandardCharsets.ISO_8859_1.decode(chunk.duplicate()).toString();
        if (requests && forbidden.matcher(text).find()) {
          String answer =
              "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: "
                  + FORBIDDEN.length()
                  + "\r\n\r\n"
                  + FORBIDDEN;
          write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.ISO_8859_1)), from);
        } else {
          write(chunk, to);
        }
      }
    }
  }

  private static void write(ByteBuffer bytes, SocketChannel to) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /** Something that ends with its sockets. */
  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException closed) {
                // by one of its ends
              }
            },
            "restricted-engine");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel channel : open) {
      channel.close();
    }
  }
}
