package io.freeport;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which handoff this machine is capable of, by trying it. An operating system's name
 * would tell less.
 */
final class HandoffProbe {

  private HandoffProbe() {}

  /** What a machine can do does not change while the JVM runs. */
  private static final class OfThisMachine {
    static final HandoffMode MODE = probe();
  }

  static HandoffMode modeOfThisMachine() {
    return OfThisMachine.MODE;
  }

  private static HandoffMode probe() {
    try {
      HandoffMode mode =
          PortPool.outsideEphemeralRange(KernelPorts.ofThisMachine()).firstOf(HandoffProbe::probe);
      return mode == null ? HandoffMode.CLOSE_THEN_BIND : mode;
    } catch (IOException noSockets) {
      return HandoffMode.CLOSE_THEN_BIND;
    }
  }

  private static @Nullable HandoffMode probe(int port) throws IOException {
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
    } catch (IOException notBesideTheHold) {
      return HandoffMode.CLOSE_THEN_BIND;
    } finally {
      hold.close();
    }
  }
}
