package io.freeport.benchmarks;

import io.freeport.PortAllocator;
import io.freeport.internal.owner.OwnerRegistry;
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
   * Is many owners until its input ends ({@code own}), or looks at them ({@code look}); then come
   * how many, and their directory.
   */
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[1]);
    Path directory = Path.of(args[2]);
    if (args[0].equals("own")) {
      List<OwnerRegistry> owners = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        owners.add(OwnerRegistry.open(directory));
      }
      System.out.println("ready: " + owners.size());
      while (System.in.read() >= 0) {
        // it is closed by the process that started this one
      }
    } else {
      look(count, directory);
    }
  }

  private static void look(int others, Path directory) {
    long start = System.nanoTime();
    OwnerRegistry registry = OwnerRegistry.open(directory);
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
