package io.freeport.internal.handoff;

import io.freeport.HandoffMode;
import io.freeport.Protocol;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.os.KernelPorts;
import io.freeport.internal.search.PortSequence;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import org.jspecify.annotations.Nullable;

/** Finds out by trying which handoff mode this machine supports. */
public final class HandoffProbe {

  /** One failure can be another process that was faster; two, on two ports, are the machine. */
  private static final int FAILURES_THAT_COUNT = 2;

  /** The mode does not change while the JVM runs. A failure to find it out may. */
  private static volatile @Nullable HandoffMode known;

  private HandoffProbe() {}

  /** Returns the mode, probed once; {@link HandoffMode#CLOSE_THEN_BIND} if there are no sockets. */
  public static HandoffMode modeOfThisMachine() {
    HandoffMode mode = known;
    if (mode == null) {
      mode = probe();
      known = mode;
    }
    return mode == null ? HandoffMode.CLOSE_THEN_BIND : mode;
  }

  /** Returns null if there are no sockets to try it with. */
  private static @Nullable HandoffMode probe() {
    int failures = 0;
    PortSequence.Cursor ports =
        PortSequence.outsideEphemeralRange(KernelPorts.ofThisMachine()).cursor();
    try {
      for (int port = ports.next(); port > 0; port = ports.next()) {
        HandoffMode mode = modeOn(port);
        if (mode == HandoffMode.CLOSE_THEN_BIND) {
          failures++;
        }
        if (mode == HandoffMode.SHARED || failures == FAILURES_THAT_COUNT) {
          return mode;
        }
      }
      return null;
    } catch (IOException noSockets) {
      return null;
    }
  }

  /** Returns null if somebody has the port. */
  private static @Nullable HandoffMode modeOn(int port) throws IOException {
    Hold hold;
    try {
      hold = Hold.exclusive(Protocol.TCP, null, port);
    } catch (BindException somebodyHasIt) {
      return null;
    }
    try {
      hold.offer(HandoffMode.SHARED);
      new ServerSocket(port).close();
      return HandoffMode.SHARED;
    } catch (BindException notBesideTheHold) {
      return HandoffMode.CLOSE_THEN_BIND;
    } finally {
      hold.close();
    }
  }
}
