package io.freeport.junit5;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Report entries that wait until JUnit has reported their test as started. JUnit creates the
 * instance of a test before that, and its console fails on an entry of a test that it does not know
 * yet.
 *
 * <p>If the instance cannot be created, they are not published: then JUnit closes the context
 * before it reports the test as started.
 */
final class ReportEntries {

  private record Entry(String key, String value) {}

  private final List<Entry> waiting = new ArrayList<>(); // one thread creates the instance

  private ReportEntries() {}

  /** Adds an entry to a test whose instance is being created. */
  static void add(ExtensionContext test, String key, String value) {
    Contexts.store(test)
        .getOrComputeIfAbsent(ReportEntries.class, any -> new ReportEntries(), ReportEntries.class)
        .waiting
        .add(new Entry(key, value));
  }

  /** Publishes what waits for the start of a test. */
  static void publish(ExtensionContext test) {
    ReportEntries entries = Contexts.store(test).remove(ReportEntries.class, ReportEntries.class);
    if (entries != null) {
      for (Entry entry : entries.waiting) {
        test.publishReportEntry(entry.key(), entry.value());
      }
    }
  }
}
