package io.freeport.plan;

/**
 * Something that happened to a service of a plan.
 *
 * @param type what happened
 * @param service the service that it happened to
 * @param port the port that the service has; for {@link Type#MUST_MOVE} the one to leave
 * @param before for {@link Type#MOVED} the port that it had before; else 0
 * @param askedBy the service that wants the port; empty if none does
 * @since 0.1.0
 */
public record PlanEvent(Type type, String service, int port, int before, String askedBy) {

  /** What can happen to a service. */
  public enum Type {
    /** It has a port. */
    ASSIGNED,
    /** It has another port than before. */
    MOVED,
    /**
     * It uses a port that another service gets. Stop it now, in the listener: it then is assigned
     * another port, else the other service's request fails.
     */
    MUST_MOVE
  }
}
