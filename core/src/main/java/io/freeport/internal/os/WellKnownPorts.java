package io.freeport.internal.os;

import java.util.BitSet;

/**
 * Ports that services use by default. FreePort gives them only to requests that name them, so that
 * a service that you start by hand finds its port free. {@code docs/ports.md} lists them.
 */
public final class WellKnownPorts {

  public static final int FIRST_UNPRIVILEGED = 1024;

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

  private static final BitSet SET = new BitSet();

  static {
    for (int number : NUMBERS) {
      SET.set(number);
    }
  }

  private WellKnownPorts() {}

  public static boolean contains(int port) {
    return SET.get(port);
  }

  static void removeFrom(BitSet ports) {
    ports.andNot(SET);
  }
}
