package io.freeport.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One JVM in which many tests wait for one port. */
final class ManyWaiting {

  private static final Duration LONGER_THAN_THIS = Duration.ofMinutes(5);

  private ManyWaiting() {}

  /**
   * The arguments are how many wait, and for how many seconds. Prints how much of a core they take,
   * in percent.
   */
  public static void main(String[] args) throws Exception {
    int waiting = Integer.parseInt(args[0]);
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    CountDownLatch begun = new CountDownLatch(waiting);
    try (ServerSocket foreign = new ServerSocket(0);
        PortAllocator allocator = PortAllocator.create()) {
      PortRequest request =
          PortRequest.named("db")
              .preferred(foreign.getLocalPort())
              .strict()
              .queue(LONGER_THAN_THIS)
              .build();
      for (int i = 0; i < waiting; i++) {
        Thread test =
            new Thread(
                () -> {
                  begun.countDown();
                  allocator.hold(request);
                });
        test.setDaemon(true);
        test.start();
      }
      begun.await();
      TimeUnit.SECONDS.sleep(2); // in which classes are loaded, and code is compiled
      long cpu = system.getProcessCpuTime();
      long start = System.nanoTime();
      TimeUnit.SECONDS.sleep(Long.parseLong(args[1]));
      long spent = system.getProcessCpuTime() - cpu;
      System.out.println(100.0 * spent / (System.nanoTime() - start));
      System.exit(0); // without the end of their wait
    }
  }
}
