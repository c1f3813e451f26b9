package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EventType;

class ReportEntriesTest {

  @Test
  void eachPortIsReportedOnceUnderItsNameOrThatOfItsPlace() {
    List<Map<String, String>> entries =
        EngineTestKit.engine("junit-jupiter")
            .selectors(selectClass(Fixture.class))
            .execute()
            .allEvents()
            .filter(event -> event.getType() == EventType.REPORTING_ENTRY_PUBLISHED)
            .map(event -> event.getRequiredPayload(ReportEntry.class).getKeyValuePairs())
            .toList();
    assertThat(entries)
        .containsExactlyInAnyOrder(
            Map.of("db", Fixture.NUMBERS.getOrDefault("db", "")),
            Map.of("unnamed", Fixture.NUMBERS.getOrDefault("unnamed", "")),
            Map.of("ftp", Fixture.NUMBERS.getOrDefault("ftp", "")));
  }

  static class Fixture {
    static final Map<String, String> NUMBERS = new ConcurrentHashMap<>();

    @FreePort("db")
    private int db;

    @Test
    void test(
        @FreePort("db") int again,
        @FreePort int unnamed,
        @FreePort(value = "ftp", count = 2, contiguous = true) int[] ftp) {
      assertThat(again).isEqualTo(db);
      NUMBERS.put("db", String.valueOf(db));
      NUMBERS.put("unnamed", String.valueOf(unnamed));
      NUMBERS.put("ftp", ftp[0] + "," + ftp[1]);
    }
  }
}
