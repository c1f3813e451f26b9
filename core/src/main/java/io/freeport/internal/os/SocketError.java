package io.freeport.internal.os;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Why the operating system refuses a socket, in any language.
 *
 * <p>Java does not pass on the error number. It passes on the C library's text for that number:
 * glibc translates it ({@code LC_ALL=de_DE.UTF-8}: "Die Adresse wird bereits verwendet"), and musl
 * has words of its own ("Address in use"). The exception's type does not help either, because one
 * {@link BindException} stands for three of these errors.
 *
 * <p>So this class learns the JVM's text for an error by provoking that error once, with sockets of
 * its own, and looks for this text. It does so only for a message that has not the English text of
 * glibc, so never while ports are held without failures. An error that cannot be provoked on a
 * machine is recognised by its English text alone.
 */
public enum SocketError {
  /** EADDRINUSE: another socket has the port. */
  ADDRESS_IN_USE("Address already in use"),
  /** EACCES: this process may not bind the port. */
  NOT_PERMITTED("Permission denied"),
  /** EADDRNOTAVAIL: the address does not belong to this machine. */
  ADDRESS_NOT_AVAILABLE("Cannot assign requested address"),
  /** ECONNREFUSED: nobody listens on the port. */
  CONNECTION_REFUSED("Connection refused"),
  /** EMFILE or ENFILE: this process, or the system, can open no further file or socket. */
  TOO_MANY_OPEN_FILES("Too many open files");

  /** Every user may read it, so if it cannot be opened, nothing can. */
  private static final Path READABLE = Path.of("/dev/null");

  private static final Map<SocketError, String> LEARNT = new ConcurrentHashMap<>();

  private final String english;

  SocketError(String english) {
    this.english = english;
  }

  /**
   * Returns whether a message contains the text for this error, in English or as this JVM has it.
   */
  public boolean isIn(@Nullable String message) {
    if (message == null || message.isEmpty()) {
      return false;
    }
    if (isInEnglishIn(message)) {
      return true;
    }
    String text = text();
    return text != null && message.contains(text);
  }

  /** Programs that have texts of their own, such as Go's, write them in lower case. */
  private boolean isInEnglishIn(String message) {
    return message.toLowerCase(Locale.ROOT).contains(english.toLowerCase(Locale.ROOT));
  }

  /** Returns whether an exception is about this error. Its causes are not considered. */
  public boolean isIn(IOException failure) {
    return isIn(failure.getMessage());
  }

  /** Returns the message of an exception, with the text for any of these errors in English. */
  public static String describe(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    for (SocketError error : values()) {
      if (error.isInEnglishIn(message)) {
        return message;
      }
    }
    for (SocketError error : values()) {
      String text = error.text();
      if (text != null && message.contains(text)) {
        return message.replace(text, error.english);
      }
    }
    return message;
  }

  /** Returns this JVM's text; null if the error cannot be provoked now. */
  private @Nullable String text() {
    String known = LEARNT.get(this);
    if (known != null) {
      return known;
    }
    String learnt = provoke();
    if (learnt != null) {
      LEARNT.put(this, learnt);
    }
    return learnt;
  }

  /**
   * Without a {@code switch}: if there are too many open files, the class that it needs could not
   * be loaded.
   */
  private @Nullable String provoke() {
    try {
      if (this == TOO_MANY_OPEN_FILES) {
        Files.newByteChannel(READABLE).close();
      } else if (this == NOT_PERMITTED) {
        connectToBroadcastAddress();
      } else if (this == ADDRESS_NOT_AVAILABLE) {
        bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 0));
      } else {
        useTakenPort();
      }
    } catch (BindException | ConnectException provoked) {
      return provoked.getMessage();
    } catch (FileSystemException provoked) {
      return provoked.getReason();
    } catch (IOException somethingElse) {
      return null;
    }
    return null;
  }

  /**
   * Sends nothing: a UDP socket needs {@code SO_BROADCAST} before it may be connected to such an
   * address, also one of root. (Root may bind any port.)
   */
  private static void connectToBroadcastAddress() throws IOException {
    byte[] broadcast = {127, (byte) 255, (byte) 255, (byte) 255};
    try (DatagramChannel socket = DatagramChannel.open(StandardProtocolFamily.INET)) {
      socket.connect(new InetSocketAddress(InetAddress.getByAddress(broadcast), 9));
    }
  }

  private void useTakenPort() throws IOException {
    try (SocketChannel first = SocketChannel.open()) {
      first.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      if (this == ADDRESS_IN_USE) {
        bind((InetSocketAddress) first.getLocalAddress());
      } else {
        try (Socket client = new Socket()) {
          client.connect(first.getLocalAddress()); // which does not listen
        }
      }
    }
  }

  private static void bind(InetSocketAddress where) throws IOException {
    try (SocketChannel socket = SocketChannel.open()) {
      socket.bind(where);
    }
  }
}
