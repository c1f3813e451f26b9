package io.freeport.diagnosis;

import io.freeport.internal.text.PrintableText;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A process, container or hold that has a port. Unknown attributes are empty; nothing is guessed.
 *
 * @param kind what it is
 * @param use what it does with the port
 * @param name the command of a process, the name of a container, as it is: it may have any
 *     characters; empty if unknown
 * @param pid the process id
 * @param user the user that the process runs as
 * @param since when the process started, which may be before it took the port
 * @param addresses the local addresses with the port, such as {@code 127.0.0.1:5432}
 * @param details further attributes, such as the image of a container
 * @since 0.1.0
 */
public record PortOccupant(
    Kind kind,
    Use use,
    String name,
    OptionalLong pid,
    Optional<String> user,
    Optional<Instant> since,
    List<String> addresses,
    List<String> details) {

  /** The kinds of occupants, the most informative first. */
  public enum Kind {
    /** A container; its engine publishes the port. */
    CONTAINER,
    /** A JVM that holds the port with FreePort. */
    FREEPORT,
    /** A process. */
    PROCESS,
    /** The operating system, for connections whose process has ended. */
    SYSTEM
  }

  /** What an occupant does with the port. */
  public enum Use {
    /** A TCP socket accepts connections. */
    LISTENING("listening on"),
    /** A TCP socket is bound and does nothing yet. */
    BOUND("bound to"),
    /** TCP connections use the port as their local port, and nobody listens on it. */
    CONNECTED("connected from"),
    /** TCP connections that are being closed use the port; this includes TIME_WAIT. */
    CLOSING("closing connections of"),
    /** A UDP socket is bound. */
    UDP("bound to UDP");

    private final String phrase;

    Use(String phrase) {
      this.phrase = phrase;
    }
  }

  /**
   * Copies the lists.
   *
   * @param kind as above
   * @param use as above
   * @param name as above
   * @param pid as above
   * @param user as above
   * @param since as above
   * @param addresses as above
   * @param details as above
   */
  public PortOccupant {
    addresses = List.copyOf(addresses);
    details = List.copyOf(details);
  }

  boolean hasTcp() {
    return use != Use.UDP;
  }

  /**
   * Returns a description for messages: {@code postgres (pid 812, user postgres) since 14:02,
   * listening on 127.0.0.1:5432}.
   *
   * @return a phrase without a full stop, on one line and without control characters
   */
  public String describe() {
    return describe(Clock.system(ZoneId.systemDefault()));
  }

  String describe(Clock clock) {
    List<String> traits = new ArrayList<>();
    pid.ifPresent(id -> traits.add("pid " + id));
    if (pid.orElse(0) == ProcessHandle.current().pid()) {
      traits.add("this JVM");
    }
    user.ifPresent(login -> traits.add("user " + login));
    traits.addAll(details);
    return PrintableText.line(
        who()
            + (traits.isEmpty() ? "" : " (" + String.join(", ", traits) + ")")
            + since.map(start -> " since " + time(start, clock)).orElse("")
            + (addresses.isEmpty()
                ? ""
                : ", " + use.phrase + " " + String.join(" and ", addresses)));
  }

  private String who() {
    return switch (kind) {
      case CONTAINER -> name.isEmpty() ? "a container" : "container " + name;
      case FREEPORT -> name.isEmpty() ? "a FreePort hold" : "the FreePort hold of " + name;
      case PROCESS -> name.isEmpty() ? unnamedProcess() : name;
      case SYSTEM -> "the operating system, for up to a minute";
    };
  }

  private String unnamedProcess() {
    return pid.isPresent()
        ? "a process"
        : "a process that cannot be seen from here (it is another user's or of another pid namespace; root may see it)";
  }

  private static String time(Instant start, Clock clock) {
    ZonedDateTime then = start.atZone(clock.getZone());
    boolean today =
        then.toLocalDate().equals(clock.instant().atZone(clock.getZone()).toLocalDate());
    return then.format(
        DateTimeFormatter.ofPattern(today ? "HH:mm" : "yyyy-MM-dd HH:mm", Locale.ROOT));
  }
}
