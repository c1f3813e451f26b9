package io.freeport.examples.servers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.regex.Pattern;

/**
 * What a server is asked, and how its answer begins.
 *
 * @param request the bytes, as characters
 * @param answer matches the first bytes of the answer, as characters
 */
record Dialog(String request, Pattern answer) {

  static final Dialog HTTP = http("/");
  static final Dialog HTTP_2 =
      of(
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\0\0\0\4\0\0\0\0\0",
          "(?s)...\4"); // a frame with settings
  static final Dialog ECHO = of("hello\n", "hello\n");
  static final Dialog REDIS = of("PING\r\n", "\\+PONG\r\n");
  static final Dialog POSTGRESQL = of("\0\0\0\10\4\322\26\57", "[NS]"); // whether it speaks TLS
  static final Dialog HAZELCAST = of("HZC", "HZC"); // the greeting of members

  private static final int PATIENCE_MILLIS = 30_000;

  static Dialog http(String path) {
    return of(
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "HTTP/1\\.[01] [24]\\d\\d ");
  }

  private static Dialog of(String request, String answer) {
    return new Dialog(request, Pattern.compile(answer));
  }

  /** Returns the beginning of the answer of the server on a port. */
  String ask(int port) throws IOException {
    try (Socket socket = connect(port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      InputStream in = socket.getInputStream();
      StringBuilder got = new StringBuilder();
      int next = in.read();
      while (next >= 0 && !answer.matcher(got.append((char) next)).lookingAt()) {
        next = in.read();
      }
      return got.toString();
    }
  }

  /** Returns whether anybody listens on a port of this host. */
  static boolean isListening(int port) throws IOException {
    try (Socket socket = connect(port)) {
      return true;
    } catch (ConnectException nobody) {
      return false;
    }
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }
}
