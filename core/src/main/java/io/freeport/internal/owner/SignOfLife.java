package io.freeport.internal.owner;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A Unix-domain socket that listens as long as its JVM lives, beside the lock on its file. Any code
 * of the JVM that reads the file, and closes it, gives up the lock (see fcntl(2)); the socket is
 * closed by the end of the JVM alone. Nobody ever accepts a connection: that one can connect is the
 * sign.
 */
final class SignOfLife {

  private static final Logger LOGGER = System.getLogger(SignOfLife.class.getName());

  private final Path path;
  private @Nullable ServerSocketChannel socket;

  SignOfLife(Path path) {
    this.path = path;
  }

  /** Listens from now on. Where that is impossible, the lock has to do. */
  synchronized void show() {
    if (socket != null) {
      return;
    }
    try {
      ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        listening.bind(UnixDomainSocketAddress.of(path));
      } catch (Throwable e) {
        listening.close();
        throw e;
      }
      socket = listening;
      path.toFile().deleteOnExit();
    } catch (IOException | UnsupportedOperationException e) { // the path may be too long
      LOGGER.log(Level.DEBUG, "No socket at " + path, e);
    }
  }

  /**
   * Returns whether the JVM that showed this sign still lives. Does not wait: the connections that
   * nobody accepts are a full queue at last, which is a sign too.
   */
  static boolean isAt(Path path) {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(path)) {
      return false;
    }
    try (SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      connection.configureBlocking(false);
      connection.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException refused) {
      return false;
    } catch (IOException queueIsFull) {
      return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    } catch (UnsupportedOperationException noSuchSockets) {
      return false;
    }
  }
}
