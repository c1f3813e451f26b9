package io.freeport.docker.reaper;

import io.freeport.internal.owner.OwnerVerdict;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the reaper found, and thinks of it. Deciding is apart from doing: this is a value, and
 * nothing is removed yet.
 *
 * @param findings all that carries an owner's label, and what belongs to the containers of dead
 *     owners
 * @since 0.1.0
 */
public record ReapPlan(List<Finding> findings) {

  /**
   * Takes a copy of the list.
   *
   * @param findings as above
   */
  public ReapPlan {
    findings = List.copyOf(findings);
  }

  /** What there is at an engine that test runs leave behind. */
  public enum Kind {
    /** A container, in whichever state, and its anonymous volumes. */
    CONTAINER,
    /** A network. */
    NETWORK,
    /** A volume with a name. */
    VOLUME;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Something at the engine.
   *
   * @param kind what it is
   * @param id the engine's id for it; of a volume, the name
   * @param name of a container the image's name, else its own; as it was found, so it may be
   *     anything
   * @param owner what its label says; as it was found, so it may be anything
   * @param age how long ago it was created, by the engine's clock and ours; zero if that is not
   *     known
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
      OwnerVerdict.Life life,
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
          + printable(kind == Kind.VOLUME ? id : id.substring(0, Math.min(12, id.length())))
          + (kind == Kind.VOLUME ? "" : " (" + printable(name) + ")")
          + " of "
          + printable(owner)
          + ": "
          + life
          + ", "
          + printable(reason);
    }
  }

  private static final int LONGEST_PART = 160;

  static String printable(String text) {
    String cut = text.length() > LONGEST_PART ? text.substring(0, LONGEST_PART) + "..." : text;
    return cut.replaceAll("\\p{C}", "?");
  }

  /**
   * Returns those that are to be removed, and only those.
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
