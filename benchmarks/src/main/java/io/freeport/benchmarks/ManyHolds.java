package io.freeport.benchmarks;

import io.freeport.PortAllocator;
import io.freeport.PortEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** One JVM that holds more and more ports. */
final class ManyHolds {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final int STEPS = 20;

  private ManyHolds() {}

  /**
   * The argument is the number of ports. Prints, for each step on the way, how many ports there are
   * and the median of the nanoseconds of an allocation; in the end heap and descriptors per port.
   */
  public static void main(String[] args) throws Exception {
    int ports = Integer.parseInt(args[0]);
    LongAdder events = new LongAdder();
    try (PortAllocator allocator =
        PortAllocator.builder().listener((PortEvent event) -> events.increment()).build()) {
      for (int i = 0; i < ports; i++) { // to have everything loaded, and compiled
        allocator.hold("warm-up").close();
      }
      long heap = heapInUse();
      long descriptors = descriptors();
      int step = ports / STEPS;
      long[] nanos = new long[step];
      for (int held = 0; held < ports; held += step) {
        for (int i = 0; i < step; i++) {
          long start = System.nanoTime();
          allocator.hold("benchmark");
          nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        System.out.println(held + step + " " + nanos[step / 2]);
      }
      System.out.println("heap " + (heapInUse() - heap) / (double) ports);
      System.out.println("descriptors " + (descriptors() - descriptors) / (double) ports);
    }
  }

  private static long heapInUse() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long descriptors() throws IOException {
    if (!Files.isDirectory(DESCRIPTORS)) {
      return 0;
    }
    try (Stream<Path> open = Files.list(DESCRIPTORS)) {
      return open.count();
    }
  }
}
