package io.freeport.benchmarks;

import io.freeport.PortAllocator;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A registry with many owners. One JVM opens all of them: a thousand JVMs are more than a machine
 * has room for.
 */
final class RegistryScale {

  private static final int LOOKS = 21;
  private static final int HOLDS = 20_000;

  private RegistryScale() {}

  /**
   * Is many owners until its input ends ({@code own}), or looks at them ({@code look}); the second
   * argument is how many.
   */
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[1]);
    if (args[0].equals("own")) {
      Path directory = OwnerRegistry.of(Settings.ofThisJvm()).directory();
      List<OwnerRegistry> owners = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        owners.add(OwnerRegistry.open(directory));
      }
      System.out.println("ready: " + owners.size());
      while (System.in.read() >= 0) {
        // it is closed by whoever started this
      }
    } else {
      look(count);
    }
  }

  private static void look(int others) {
    long start = System.nanoTime();
    OwnerRegistry registry = OwnerRegistry.of(Settings.ofThisJvm());
    print("to join", System.nanoTime() - start);
    int seen = registry.livingOwners().size() - 1;
    if (seen < others) {
      throw new IllegalStateException("Of " + others + " owners only " + seen + " are seen");
    }
    print("to list all owners", median(LOOKS, registry::livingOwners));
    try (PortAllocator allocator = PortAllocator.create()) {
      print("to hold and release a port", median(HOLDS, () -> allocator.hold("port").close()));
    }
  }

  private static long median(int times, Runnable work) {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      work.run();
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos[times / 2];
  }

  private static void print(String what, long nanos) {
    System.out.println(nanos + " " + what);
  }
}
