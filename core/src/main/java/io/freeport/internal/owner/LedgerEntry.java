package io.freeport.internal.owner;

import io.freeport.PortState;

/**
 * What the ledger of this JVM says about one port, for as long as the port is held. All methods may
 * be called from any thread; after {@link #remove()} they do nothing.
 */
public interface LedgerEntry {

  /** The entry of a port that has no room in the ledger. */
  LedgerEntry NONE =
      new LedgerEntry() {
        @Override
        public void state(PortState state) {}

        @Override
        public void remove() {}
      };

  void state(PortState state);

  void remove();
}
