package io.freeport.internal.handoff;

import io.freeport.PortState;

/** What to say if only the hold of a port can have been in the way of its own consumer. */
public final class OwnHoldText {

  private static final String NOT_OFFERED =
      " It is held and was not offered. Call offer() before its server starts, or use start(...) or serverSocket().";

  private static final String CANNOT_SHARE =
      " A server that does not set SO_REUSEADDR cannot listen beside this hold: start it by HeldPort.start(...), or ask for"
          + " handoff = HandoffMode.CLOSE_THEN_BIND.";

  private OwnHoldText() {}

  /** Returns one or two sentences after a blank; nothing in a state without a hold. */
  public static String of(PortState state) {
    return switch (state) {
      case HELD -> NOT_OFFERED;
      case OFFERED -> CANNOT_SHARE;
      case TAKEN, RELEASED -> "";
    };
  }
}
