package io.freeport.internal.search;

import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.owner.LedgerEntry;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A port that a search found: a number with the sockets that hold it and its entry in the ledger.
 *
 * @param tier the tier in which the number was found
 * @param hold null if the consumer of the port is there already
 * @param state where the life of the port begins
 */
public record FoundPort(
    int number, PortTier tier, @Nullable Hold hold, PortState state, LedgerEntry entry) {

  /** Enters a port in the ledger of this JVM. */
  public static FoundPort enter(
      OwnerRegistry registry,
      PortRequest request,
      int number,
      PortTier tier,
      @Nullable Hold hold,
      PortState state) {
    LedgerEntry entry =
        registry.enter(number, request.protocol(), request.name(), request.usedBy());
    if (state != PortState.HELD) {
      entry.state(state);
    }
    return new FoundPort(number, tier, hold, state, entry);
  }

  /** Releases a port that nobody wants. */
  public void release() {
    entry.remove();
    if (hold != null) {
      try {
        hold.close();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot close the hold of port " + number, e);
      }
    }
  }
}
