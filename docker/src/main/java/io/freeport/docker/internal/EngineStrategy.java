package io.freeport.docker.internal;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.function.Supplier;

/**
 * How ports pass to one engine: as configured, or as far as it is known. No field of an engine's
 * API says whether it binds ports in this network namespace, or how. So it is first taken to do so
 * if its containers are reached by the loopback address, and what its starts show is remembered.
 */
public final class EngineStrategy {

  /** Of the one engine that is found in a JVM. */
  public static final EngineStrategy OF_THIS_JVM = new EngineStrategy(() -> "at " + Engine.uri());

  /** Where containers are reached if the engine is on this host. */
  public static final String HERE = "localhost";

  private static final Logger LOGGER = System.getLogger(EngineStrategy.class.getName());

  private static final String ALL_ADDRESSES = "*";

  public final Supplier<String> name;
  private EngineMode learned = EngineMode.AUTO; // guarded by this

  /**
   * @param name which one it is, after "The Docker engine" in messages; asked for when it is needed
   */
  public EngineStrategy(Supplier<String> name) {
    this.name = name;
  }

  public String name() {
    return "The Docker engine " + name.get();
  }

  /**
   * Returns how the next container's ports are to pass.
   *
   * @param host where the engine's containers are reached
   * @param machine what this machine is capable of
   * @return anything but {@link EngineMode#AUTO}
   */
  public EngineMode mode(String host, HandoffMode machine) {
    EngineMode forced = Settings.ofThisJvm().choice(SettingKeys.CONTAINER_HANDOFF, EngineMode.AUTO);
    if (forced != EngineMode.AUTO) {
      return forced;
    }
    if (!isLoopback(host)) {
      learn(EngineMode.ARBITER, "its containers are reached on " + host);
    }
    EngineMode known = learned();
    if (known != EngineMode.AUTO) {
      return known;
    }
    return machine == HandoffMode.SHARED ? EngineMode.SHARED : EngineMode.CLOSE_THEN_BIND;
  }

  static boolean isForced() {
    return Settings.ofThisJvm().choice(SettingKeys.CONTAINER_HANDOFF, EngineMode.AUTO)
        != EngineMode.AUTO;
  }

  /** Returns the address of the engine's host on which a port is published; empty for all. */
  public static String address(String host, HeldPort port) {
    String configured = Settings.ofThisJvm().get(SettingKeys.CONTAINER_ADDRESS);
    if (configured != null) {
      return configured.equals(ALL_ADDRESSES) ? "" : configured;
    }
    InetAddress asked = port.request().address();
    if (asked != null) {
      return asked.isAnyLocalAddress() ? "" : asked.getHostAddress();
    }
    return isLoopback(host) ? "127.0.0.1" : "";
  }

  private synchronized EngineMode learned() {
    return learned;
  }

  /** Says so in the log, the first time. */
  public void learn(EngineMode mode, String reason) {
    synchronized (this) {
      if (learned == mode) {
        return;
      }
      learned = mode;
    }
    if (mode == EngineMode.ARBITER) {
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

  public static boolean isLoopback(String host) {
    return host.equals("localhost")
        || host.startsWith("127.")
        || host.equals("::1")
        || host.equals("[::1]");
  }
}
