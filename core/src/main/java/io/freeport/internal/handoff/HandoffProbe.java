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

/**
 * Finds out which handoff this machine is capable of, by trying it. An operating system's name
 * would tell less.
 */
public final class HandoffProbe {

  /** A stranger could be faster once; twice, on two ports, it is the machine. */
  private static final int FAILURES_THAT_COUNT = 2;

  /**
   * What a machine can do does not change while the JVM runs; that it could not be found out may.
   */
  private static volatile @Nullable HandoffMode known;

  private HandoffProbe() {}

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
    int[] failures = {0};
    try {
      return PortSequence.outsideEphemeralRange(KernelPorts.ofThisMachine())
          .firstOf(
              port -> {
                HandoffMode mode = modeOn(port);
                return mode != HandoffMode.CLOSE_THEN_BIND || ++failures[0] == FAILURES_THAT_COUNT
                    ? mode
                    : null;
              },
              port -> false);
    } catch (IOException noSockets) {
      return null;
    }
  }

  /** Returns null if the port is not to be had. */
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
