package io.freeport.docker.reaper;

import io.freeport.docker.internal.Display;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the reaper found, and what it would remove. A plan is a value: it removes nothing.
 *
 * @param findings everything with an owner's label, and what belongs to the containers of dead
 *     owners
 * @param unseen what the engine did not let be listed, as a clause; empty if everything was listed
 * @since 0.1.0
 */
public record ReapPlan(List<Finding> findings, Optional<String> unseen) {

  /**
   * Takes a copy of the list.
   *
   * @param findings as above
   * @param unseen as above
   */
  public ReapPlan {
    findings = List.copyOf(findings);
  }

  /** The kinds of resources that test runs leave behind. */
  public enum Kind {
    /** A container in any state, with its anonymous volumes. */
    CONTAINER,
    /** A network. */
    NETWORK,
    /** A named volume. */
    VOLUME;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What is known of an owner. Only resources of dead owners are removed. */
  public enum Life {
    /** It lives, or might. */
    ALIVE,
    /** It has certainly ended. */
    DEAD,
    /** It cannot be checked: it is on another host, or in another pid namespace. */
    UNKNOWN
  }

  /**
   * A resource of the engine, and what the reaper thinks of it.
   *
   * @param kind what it is
   * @param id the engine's id for it; of a volume, the name
   * @param name the image's name for a container, else the resource's own; any text, as it was
   *     found
   * @param owner the value of its label; any text, as it was found
   * @param age how long ago it was created, by both the engine's clock and this host's; zero if
   *     unknown
   * @param ports the ports of the engine's host that it publishes
   * @param life whether its owner lives
   * @param remove whether it is to be removed
   * @param reason why, as a clause for messages
   */
  public record Finding(
      Kind kind,
      String id,
      String name,
      String owner,
      Duration age,
      Set<Integer> ports,
      Life life,
      boolean remove,
      String reason) {

    /**
     * Takes a copy of the set.
     *
     * @param kind as above
     * @param id as above
     * @param name as above
     * @param owner as above
     * @param age as above
     * @param ports as above
     * @param life as above
     * @param remove as above
     * @param reason as above
     */
    public Finding {
      ports = Set.copyOf(ports);
    }

    /** Returns one line without control characters, of limited length. */
    @Override
    public String toString() {
      return (remove ? "remove " : "keep ")
          + kind
          + " "
          + Display.printable(kind == Kind.VOLUME ? id : Display.shortId(id))
          + (kind == Kind.VOLUME ? "" : " (" + Display.printable(name) + ")")
          + " of "
          + Display.printable(owner)
          + ": "
          + life
          + ", "
          + Display.printable(reason);
    }
  }

  /**
   * Returns what is to be removed.
   *
   * @return containers first
   */
  public List<Finding> toRemove() {
    return findings.stream().filter(Finding::remove).toList();
  }

  /** Returns a line for each finding. */
  @Override
  public String toString() {
    return findings.stream().map(Finding::toString).collect(Collectors.joining("\n"));
  }
}
