package io.freeport.docker.testing;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.freeport.docker.internal.Engine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket between a client and the real engine. It passes everything on, but what happens at
 * some commands, as when a container is to be started, is up to the test: so the engine can be
 * slow, vanish, or bind its ports in another way, while others use it undisturbed.
 */
public final class EngineProxy implements AutoCloseable {

  /** A command about a container. */
  public enum Command {
    CREATE("POST \\S*/containers/create"),
    START("POST \\S*/containers/\\w+/start"),
    INSPECT("GET \\S*/containers/\\w+/json"),
    REMOVE("DELETE \\S*/containers/\\w+");

    private final Pattern request;

    Command(String request) {
      this.request = Pattern.compile("^" + request + "[ ?]");
    }

    boolean isIn(CharSequence request) {
      return this.request.matcher(request).find();
    }
  }

  /** Comes before the engine gets a command. */
  public interface BeforeCommand {
    /** Returns what is answered in the engine's place, or null to let it do so. */
    @Nullable String answer(EngineProxy proxy) throws Exception;
  }

  private static final int LARGEST_CHUNK = 1 << 16;

  private final Path path;
  private final Map<Command, BeforeCommand> before;
  private final ServerSocketChannel server;
  private final Queue<SocketChannel> open = new ConcurrentLinkedQueue<>();
  private final @Nullable Duration longestSilence;

  private EngineProxy(
      Path path, Map<Command, BeforeCommand> before, @Nullable Duration longestSilence)
      throws IOException {
    this.path = path;
    this.before = before;
    this.longestSilence = longestSilence;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    start(this::accept);
  }

  public static EngineProxy listenOn(Path path, BeforeCommand beforeStart) throws IOException {
    return listenOn(path, Map.of(Command.START, beforeStart));
  }

  public static EngineProxy listenOn(Path path, Map<Command, BeforeCommand> before)
      throws IOException {
    return new EngineProxy(path, before, null);
  }

  /** Returns one that closes each connection on which nothing has passed for so long. */
  public static EngineProxy closingSilentConnections(Path path, Duration silence)
      throws IOException {
    return new EngineProxy(path, Map.of(), silence);
  }

  public String uri() {
    return "unix://" + path;
  }

  /** Returns a client that speaks to the engine by this proxy. */
  public DockerClient connect() {
    DockerClientConfig config =
        DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(uri()).build();
    return DockerClientImpl.getInstance(
        config, new ZerodepDockerHttpClient.Builder().dockerHost(config.getDockerHost()).build());
  }

  /** Closes all connections, and accepts none any more. */
  public void vanish() throws IOException {
    server.close();
    for (SocketChannel channel : open) {
      channel.close();
    }
  }

  private void accept() throws IOException {
    while (true) {
      SocketChannel client = server.accept();
      SocketChannel engine = connectToEngine();
      open.add(client);
      open.add(engine);
      AtomicLong lastByte = new AtomicLong(System.nanoTime());
      start(() -> pass(client, engine, true, lastByte));
      start(() -> pass(engine, client, false, lastByte));
      if (longestSilence != null) {
        long limit = longestSilence.toNanos();
        start(() -> closeOnceSilent(client, engine, limit, lastByte));
      }
    }
  }

  private static void closeOnceSilent(
      SocketChannel client, SocketChannel engine, long limit, AtomicLong lastByte)
      throws IOException {
    try (client;
        engine) {
      for (long left = limit; left > 0; left = limit - (System.nanoTime() - lastByte.get())) {
        LockSupport.parkNanos(left);
      }
    }
  }

  private static SocketChannel connectToEngine() throws IOException {
    if (Engine.uri().getScheme().equals("unix")) {
      return SocketChannel.open(UnixDomainSocketAddress.of(Engine.uri().getPath()));
    }
    return SocketChannel.open(
        new InetSocketAddress(Engine.uri().getHost(), Engine.uri().getPort()));
  }

  private void pass(SocketChannel from, SocketChannel to, boolean requests, AtomicLong lastByte)
      throws Exception {
    ByteBuffer chunk = ByteBuffer.allocate(LARGEST_CHUNK);
    try (from;
        to) {
      while (from.read(chunk.clear()) >= 0) {
        chunk.flip();
        lastByte.set(System.nanoTime());
        String answer = requests ? answer(chunk.duplicate()) : null;
        if (answer == null) {
          write(chunk, to);
        } else {
          write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)), from);
        }
      }
    }
  }

  private @Nullable String answer(ByteBuffer chunk) throws Exception {
    CharSequence request = StandardCharsets.ISO_8859_1.decode(chunk);
    for (Map.Entry<Command, BeforeCommand> entry : before.entrySet()) {
      if (entry.getKey().isIn(request)) {
        return entry.getValue().answer(this);
      }
    }
    return null;
  }

  private static void write(ByteBuffer bytes, SocketChannel to) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /** An answer as the engine gives it when it has started a container. */
  public static String noContent() {
    return "HTTP/1.1 204 No Content\r\n\r\n";
  }

  /** An answer as the engine gives it when a start fails. */
  public static String internalServerError(String message) {
    String body = "{\"message\":\"" + message + "\"}";
    return "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  /** Something that ends with its connections. */
  private interface Work {
    void run() throws Exception;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception closed) {
                // one of its sockets, by one of its ends
              }
            },
            "engine-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    vanish();
  }
}
