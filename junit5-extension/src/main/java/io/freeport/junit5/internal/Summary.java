package io.freeport.junit5.internal;

import io.freeport.PortEvent;
import io.freeport.PortStatistics;
import io.freeport.internal.settings.SettingKeys;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Sums up in one line what happened to the ports of a launcher session. */
final class Summary {

  /** When it is printed. */
  enum When {
    /** Always, if tests ran. */
    ALWAYS,
    /** If a port was stolen or leaked, or a container was reaped. */
    AUTO,
    /** Never. */
    NEVER
  }

  private record Counts(
      long held, long offered, long taken, long stolen, long leaked, long reaped) {

    static Counts now() {
      PortStatistics statistics = PortStatistics.ofThisJvm();
      return new Counts(
          statistics.count(PortEvent.Type.HELD),
          statistics.count(PortEvent.Type.OFFERED),
          statistics.count(PortEvent.Type.TAKEN),
          statistics.count(PortEvent.Type.STOLEN),
          statistics.count(PortEvent.Type.LEAKED),
          statistics.reaped());
    }

    Counts since(Counts start) {
      return new Counts(
          held - start.held,
          offered - start.offered,
          taken - start.taken,
          stolen - start.stolen,
          leaked - start.leaked,
          reaped - start.reaped);
    }

    boolean isTrouble() {
      return stolen + leaked > 0;
    }

    @Override
    public String toString() {
      return "Ports of this test run: "
          + held
          + " held, "
          + offered
          + " offered, "
          + taken
          + " handed over, "
          + stolen
          + " stolen, "
          + leaked
          + " leaked; containers of dead test runs: "
          + reaped
          + " reaped";
    }
  }

  private final Counts start = Counts.now();
  private volatile boolean ran;

  void testsRun() {
    ran = true;
  }

  void print() {
    Counts counts = Counts.now().since(start);
    if (isWanted(counts)) {
      logger().log(counts.isTrouble() ? Level.WARNING : Level.INFO, "{0}", counts);
    }
  }

  private boolean isWanted(Counts counts) {
    try {
      When when = Session.ofThisJvm().settings().choice(SettingKeys.SUMMARY, When.AUTO);
      return when == When.AUTO
          ? counts.isTrouble() || counts.reaped > 0
          : when == When.ALWAYS && ran;
    } catch (IllegalArgumentException invalidSetting) {
      logger().log(Level.ERROR, invalidSetting.getMessage());
      return false;
    }
  }

  /** Loaded lazily: most runs log nothing. */
  static Logger logger() {
    return System.getLogger("io.freeport.junit5");
  }
}
