package io.freeport.internal.handoff;

import io.freeport.PortRange;
import io.freeport.internal.os.SocketError;
import java.net.BindException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognises failures because another process has the port, by the exceptions of Java and by the
 * messages of operating systems and container engines.
 *
 * @since 0.1.0
 */
public final class PortConflict {

  /**
   * How Docker up to 28, Docker Desktop, Windows, rootless Docker and Podman say it, in lower case.
   * Engines are not translated.
   */
  private static final List<String> MESSAGES =
      List.of(
          "port is already allocated",
          "all ports are allocated",
          "failed to bind host port",
          "ports are not available",
          "forbidden by its access permissions",
          "only one usage of each socket address",
          "error while calling rootlesskit portmanager.addport",
          "cannot listen on the tcp port",
          "proxy already running");

  /** What goes along with one of those, and means something else. */
  private static final List<String> OTHERS =
      List.of("cannot expose privileged port", "timed out starting the userland proxy");

  /** Behind an IPv4 address, an IPv6 address, a star or nothing; so not the seconds of a time. */
  private static final Pattern ADDRESS =
      Pattern.compile("(?:\\.[0-9]{1,3}|]|\\*|\\s|^):([1-9][0-9]{1,4})(?![0-9.])");

  private PortConflict() {}

  /**
   * Returns whether a failure, or anything that caused it, is a port conflict.
   *
   * @param failure any failure
   * @return true if it is a {@link BindException} about an address in use, or has a message by
   *     which an operating system or a container engine tells of a port in use
   */
  public static boolean isCauseOf(Throwable failure) {
    return chain(failure).stream().anyMatch(PortConflict::isConflict);
  }

  /**
   * Returns the port that the message of a conflict names, as in {@code 0.0.0.0:5432}.
   *
   * @param failure any failure
   * @return the port that its conflict, or one of its causes', is about; empty if none is named
   */
  public static OptionalInt portNamedIn(Throwable failure) {
    return chain(failure).stream()
        .filter(PortConflict::isConflict)
        .flatMap(cause -> ADDRESS.matcher(String.valueOf(cause.getMessage())).results())
        .mapToInt(address -> Integer.parseInt(address.group(1)))
        .filter(port -> port <= PortRange.HIGHEST_PORT)
        .findFirst();
  }

  /** Causes may go in a circle. */
  private static Set<Throwable> chain(Throwable failure) {
    Set<Throwable> seen = new LinkedHashSet<>();
    Throwable cause = failure;
    while (cause != null && seen.add(cause)) {
      cause = cause.getCause();
    }
    return seen;
  }

  /**
   * Returns whether an operating system or a container engine says that a port is in use.
   *
   * @param message what it says; null for nothing
   * @return whether another port would help
   */
  public static boolean isSaidBy(@Nullable String message) {
    return (MESSAGES.stream().anyMatch(lower(message)::contains)
            || SocketError.ADDRESS_IN_USE.isIn(message))
        && !isSomethingElse(message);
  }

  private static boolean isConflict(Throwable failure) {
    return failure instanceof BindException
        ? !isSomethingElse(failure.getMessage())
        : isSaidBy(failure.getMessage());
  }

  private static boolean isSomethingElse(@Nullable String message) {
    return OTHERS.stream().anyMatch(lower(message)::contains)
        || SocketError.ADDRESS_NOT_AVAILABLE.isIn(message)
        || SocketError.NOT_PERMITTED.isIn(message);
  }

  private static String lower(@Nullable String message) {
    return String.valueOf(message).toLowerCase(Locale.ROOT);
  }
}
