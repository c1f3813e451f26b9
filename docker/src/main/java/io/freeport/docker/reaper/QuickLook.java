package io.freeport.docker.reaper;

import io.freeport.docker.internal.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Asks an engine by its socket whether it has anything with an owner's label: three requests. Most
 * JVMs find nothing, and need no client, which takes longer to load than all of FreePort.
 */
final class QuickLook {

  /** An answer that is longer tells of something. */
  private static final int LONGEST_ANSWER = 4096;

  private static final String OK = "HTTP/1.0 200 ";

  private QuickLook() {}

  /**
   * Returns whether the engine says that there is nothing.
   *
   * @return false also for any answer that is not understood: a client then finds out what it means
   * @throws IOException if the engine cannot be asked
   */
  static boolean findsNothing(Path socket) throws IOException {
    return isEmptyList(ask(socket, "/containers/json?all=1&filters="))
        && isEmptyList(ask(socket, "/networks?filters="))
        && hasNoVolumes(ask(socket, "/volumes?filters="));
  }

  private static boolean isEmptyList(String body) {
    return body.equals("[]");
  }

  /** Engines write no list, an empty one, or null. */
  private static boolean hasNoVolumes(String body) {
    return body.startsWith("{\"Volumes\":[],") || body.startsWith("{\"Volumes\":null,");
  }

  /** HTTP/1.0, so that the answer ends with the connection, and is not in chunks. */
  private static String ask(Path socket, String what) throws IOException {
    String filter = "{\"label\":[\"" + Labels.OWNER + "\"]}";
    String request =
        "GET "
            + what
            + URLEncoder.encode(filter, StandardCharsets.UTF_8)
            + " HTTP/1.0\r\nHost: docker\r\n\r\n";
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return body(channel);
    }
  }

  private static String body(SocketChannel channel) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    ByteBuffer chunk = ByteBuffer.allocate(LONGEST_ANSWER);
    while (answer.size() < LONGEST_ANSWER && channel.read(chunk.clear()) >= 0) {
      answer.write(chunk.array(), 0, chunk.position());
    }
    String text = answer.toString(StandardCharsets.UTF_8);
    int header = text.indexOf("\r\n\r\n");
    return text.startsWith(OK) && header > 0 ? text.substring(header).strip() : "";
  }
}
