package io.freeport.internal.os;

import io.freeport.PortRange;
import java.util.BitSet;
import java.util.List;

/**
 * Ports that are not like the others. FreePort gives these only to requests that name them:
 *
 * <ul>
 *   <li>ports that services use by default, so that a service that you start by hand finds its port
 *       free
 *   <li>ports that browsers refuse to connect to
 * </ul>
 *
 * {@code docs/ports.md} lists both. Node ports are given last.
 */
public final class WellKnownPorts {

  public static final int FIRST_UNPRIVILEGED = 1024;

  /**
   * The ports that Kubernetes gives to services of the type NodePort by default. On a node, rules
   * of iptables or IPVS redirect them, also for programs that have bound them.
   */
  public static final PortRange NODE_PORTS = new PortRange(30000, 32767);

  private static final int[] NUMBERS = {
    1080, 1433, 1521, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 3000, 3306, 3389, 4222, 4369, 4444,
        5000, 5005, 5173, 5432,
    5601, 5671, 5672, 5900, 5984, 6379, 6380, 6443, 7000, 7077, 7474, 7687, 8000, 8008, 8080, 8081,
        8086, 8088, 8161, 8200,
    8443, 8500, 8848, 8888, 8983, 9000, 9042, 9090, 9091, 9092, 9093, 9200, 9300, 9411, 9418, 9443,
        9876, 9999, 10000, 10250,
    11211, 11434, 15672, 16379, 16686, 19530, 25565, 25672, 26257, 26379, 27017, 27018, 27019,
        28015, 29092, 30000, 32400
  };

  /** The bad ports of the Fetch standard, as of June 2026: fetch.spec.whatwg.org/#port-blocking. */
  private static final int[] BLOCKED_BY_BROWSERS = {
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
    103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
    512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
    995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
    6669, 6679, 6697, 10080
  };

  private static final BitSet SET = setOf(NUMBERS);
  private static final BitSet BLOCKED = setOf(BLOCKED_BY_BROWSERS);

  private WellKnownPorts() {}

  public static boolean contains(int port) {
    return SET.get(port);
  }

  /** Returns whether browsers, and other clients that follow the Fetch standard, refuse a port. */
  public static boolean isBlockedByBrowsers(int port) {
    return BLOCKED.get(port);
  }

  /** Returns whether a range has several ports, and one that browsers refuse is among them. */
  public static boolean hasBlocked(PortRange range) {
    int blocked = BLOCKED.nextSetBit(range.first());
    return blocked >= 0 && range.contains(blocked) && range.size() > 1;
  }

  /**
   * Returns the ports that somebody means by ranges: all of them but those that browsers refuse. A
   * range of one port means that port.
   */
  public static BitSet meantBy(List<PortRange> ranges) {
    BitSet ports = new BitSet();
    ranges.forEach(range -> ports.set(range.first(), range.last() + 1));
    ports.andNot(BLOCKED);
    for (PortRange range : ranges) {
      if (range.size() == 1) {
        ports.set(range.first());
      }
    }
    return ports;
  }

  /** Returns the ports that {@link #meantBy} leaves out of ranges. */
  public static List<Integer> notMeantBy(List<PortRange> ranges) {
    BitSet meant = meantBy(ranges);
    return BLOCKED.stream()
        .filter(port -> !meant.get(port) && ranges.stream().anyMatch(range -> range.contains(port)))
        .boxed()
        .toList();
  }

  static void removeFrom(BitSet ports) {
    ports.andNot(SET);
    ports.andNot(BLOCKED);
  }

  private static BitSet setOf(int[] numbers) {
    BitSet set = new BitSet();
    for (int number : numbers) {
      set.set(number);
    }
    return set;
  }
}
