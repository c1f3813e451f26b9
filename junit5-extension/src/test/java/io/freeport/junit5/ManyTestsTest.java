package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.freeport.HeldPort;
import io.freeport.PortRequest;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.platform.testkit.engine.EngineTestKit;

/** What adds up over many tests of one JVM. */
class ManyTestsTest {

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  @Test
  @ResourceLock("descriptors of this JVM")
  void noDescriptorIsLeftAfterFiveThousandTests() throws IOException {
    assumeTrue(Files.isDirectory(DESCRIPTORS), "descriptors are counted in /proc");
    run(Thousand.class); // classes and files that are loaded once
    long before = descriptors();
    for (int i = 0; i < 5; i++) {
      run(Thousand.class);
    }
    assertThat(descriptors()).isEqualTo(before);
  }

  /** All of the process: of the ledger, of probes and of what is read in /proc too. */
  private static long descriptors() throws IOException {
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      return descriptors.count();
    }
  }

  private static void run(Class<?> fixture) {
    EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(fixture))
        .execute()
        .testEvents()
        .assertStatistics(events -> events.succeeded(1000).failed(0));
  }

  static class Thousand {
    @FreePort private HeldPort field;

    @BeforeEach
    void setUp(@FreePort("web") int port) {
      assertThat(port).isNotEqualTo(field.number());
    }

    @RepeatedTest(1000)
    void test(@FreePort("web") int port) throws IOException {
      try (ServerSocket server = new ServerSocket(port)) {
        assertThat(server.getLocalPort()).isEqualTo(port);
      }
    }
  }

  /** As JUnit 5.13 and later do about values that are closeable in the old way only. */
  @Test
  void jUnitHasNothingToWarnOf() {
    Queue<LogRecord> logged = new ConcurrentLinkedQueue<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord logRecord) {
            if (logRecord.getLevel().intValue() >= Level.WARNING.intValue()) {
              logged.add(logRecord);
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger jUnit = Logger.getLogger("org.junit");
    jUnit.addHandler(handler);
    try {
      EngineTestKit.engine("junit-jupiter")
          .selectors(selectClass(All.class))
          .execute()
          .testEvents()
          .assertStatistics(events -> events.succeeded(1).failed(0));
    } finally {
      jUnit.removeHandler(handler);
    }
    assertThat(logged).extracting(LogRecord::getMessage).isEmpty();
  }

  static class All {
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder().port(PortRequest.named("web").build()).build();

    @FreePort("class")
    static HeldPort ofClass;

    @Test
    void test(
        @FreePort HeldPort one,
        @FreePort("web") HeldPort web,
        @FreePort(scope = PortScope.CLASS) List<HeldPort> several) {
      assertThat(several).hasSize(1).doesNotContain(one, web, ofClass);
    }
  }
}
