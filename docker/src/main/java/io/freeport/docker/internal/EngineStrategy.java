package io.freeport.docker.internal;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.URI;
import java.util.function.Supplier;

/**
 * Decides how ports pass to one engine: as configured, or as far as the engine is known. No field
 * of an engine's API says whether it binds ports in this network namespace, or how. So an engine
 * whose containers are reached by the loopback address is first taken to bind here, and what its
 * starts show is remembered.
 */
public final class EngineStrategy {

  /** Where containers are reached if the engine is on this host. */
  public static final String LOCALHOST = "localhost";

  private static final Logger LOGGER = System.getLogger(EngineStrategy.class.getName());

  private final Supplier<String> engine;
  private EngineMode learned = EngineMode.AUTO; // guarded by this

  /**
   * @param engine which engine it is, after "The Docker engine" in messages; asked for when a
   *     message needs it
   */
  public EngineStrategy(Supplier<String> engine) {
    this.engine = engine;
  }

  /** Returns what messages call the engine. */
  public String engineName() {
    return "The Docker engine " + engine.get();
  }

  /**
   * Returns how the ports of the next container pass.
   *
   * @param host where the engine's containers are reached
   * @param machine what this machine is capable of
   * @return anything but {@link EngineMode#AUTO}
   */
  public EngineMode mode(String host, HandoffMode machine, ContainerSettings settings) {
    EngineMode forced = settings.mode();
    if (forced != EngineMode.AUTO) {
      return forced;
    }
    if (!isLoopback(host)) {
      learn(EngineMode.REMOTE, "its containers are reached on " + host);
    }
    EngineMode known = learned();
    if (known != EngineMode.AUTO) {
      return known;
    }
    return machine == HandoffMode.SHARED ? EngineMode.SHARED : EngineMode.CLOSE_THEN_BIND;
  }

  /** Returns the address of the engine's host on which a port is published; empty for all. */
  static String address(String host, HeldPort port, ContainerSettings settings) {
    String configured = settings.address();
    if (configured != null) {
      return configured;
    }
    InetAddress requested = port.request().address();
    if (requested != null) {
      return requested.isAnyLocalAddress() ? "" : requested.getHostAddress();
    }
    return isLoopback(host) ? "127.0.0.1" : "";
  }

  private synchronized EngineMode learned() {
    return learned;
  }

  /** Remembers what a start has shown, and logs it the first time. */
  void learn(EngineMode mode, String reason) {
    synchronized (this) {
      if (learned == mode) {
        return;
      }
      learned = mode;
    }
    if (mode == EngineMode.REMOTE) {
      LOGGER.log(
          Level.WARNING,
          "The Docker engine publishes ports elsewhere ({0}): a port that is held here keeps nobody there from taking it. The engine"
              + " is asked for the number, and for another one if somebody has it.",
          reason);
    } else {
      LOGGER.log(
          Level.INFO,
          "The Docker engine cannot bind a port beside its hold ({0}): holds are closed just before, and a port that somebody takes"
              + " in between is replaced.",
          reason);
    }
  }

  /** Returns whether an engine is reached by a socket or pipe of this host, not by the network. */
  public static boolean isLocalSocket(URI engine) {
    return "unix".equals(engine.getScheme()) || "npipe".equals(engine.getScheme());
  }

  public static boolean isLoopback(String host) {
    return host.equals(LOCALHOST)
        || host.startsWith("127.")
        || host.equals("::1")
        || host.equals("[::1]");
  }
}
