package io.freeport.internal.owner;

/**
 * Whether an owner still lives, and how that is known.
 *
 * @param life what is known of the owner
 * @param reason why, as a clause for messages
 * @since 0.1.0
 */
public record OwnerVerdict(Life life, String reason) {

  /** What is known of an owner. Only what certainly dead owners left may be removed. */
  public enum Life {
    /** It lives, or might. */
    ALIVE,
    /** It has certainly ended. */
    DEAD,
    /**
     * It is out of sight: on another host, perhaps of the same name, or in another pid namespace.
     */
    UNKNOWN
  }

  /**
   * Returns whether the owner has certainly ended.
   *
   * @return true for {@link Life#DEAD} only
   */
  public boolean isDead() {
    return life == Life.DEAD;
  }
}
