package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freeport.internal.settings.EnvironmentSource;
import io.freeport.internal.settings.PropertiesSource;
import io.freeport.internal.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code freeport.ranges} and {@code freeport.avoid}, in a range that was free a moment ago. */
class ConfiguredRangesTest {

  private static final int LENGTH = 20;

  private int first;

  @BeforeEach
  void findRange() {
    try (PortAllocator allocator = PortAllocator.create()) {
      first =
          allocator
              .holdAll(PortRequest.named("").count(LENGTH).contiguous().build())
              .get(0)
              .number();
    }
  }

  private static PortAllocator allocator(Map<String, String> variables) {
    Settings settings =
        Settings.of(
            List.of(new EnvironmentSource(variables), new PropertiesSource(new Properties())));
    return PortAllocator.builder(settings).build();
  }

  private String range(int from, int to) {
    return (first + from) + "-" + (first + to);
  }

  @Test
  void portsThatNobodyNamedAreFromTheRanges() {
    try (PortAllocator allocator =
        allocator(Map.of("FREEPORT_RANGES", range(0, 4) + ", " + range(15, 19)))) {
      assertThat(allocator.holdAll(6))
          .extracting(port -> port.number() - first)
          .allMatch(offset -> offset <= 4 || offset >= 15);
    }
  }

  @Test
  void whenTheRangesAreExhaustedThereAreNoOthers() {
    try (PortAllocator allocator = allocator(Map.of("FREEPORT_RANGES", range(0, 2)))) {
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.holdAll(4))
          .withMessageContaining("3 ports from " + first + " to " + (first + 2));
    }
  }

  @Test
  void avoidedPortsAreLeftOutOfTheRanges() {
    try (PortAllocator allocator =
        allocator(
            Map.of(
                "FREEPORT_RANGES",
                range(0, 19),
                "FREEPORT_AVOID",
                range(0, 9) + "," + (first + 12)))) {
      assertThat(allocator.holdAll(6))
          .extracting(port -> port.number() - first)
          .allMatch(offset -> offset >= 10 && offset != 12);
    }
  }

  @Test
  void avoidedPortsAreNotTakenInsteadOfOneNearThem() {
    try (PortAllocator allocator = allocator(Map.of("FREEPORT_AVOID", range(0, 9)))) {
      HeldPort taken = allocator.hold(PortRequest.named("").preferred(first + 10).build());
      HeldPort near = allocator.hold(PortRequest.named("").preferred(taken.number()).build());
      assertThat(near.number() - first).isGreaterThan(10);
    }
  }

  @Test
  void avoidedPortsAreToBeHadByTheirNumber() {
    try (PortAllocator allocator = allocator(Map.of("FREEPORT_AVOID", range(0, 19)))) {
      assertThat(
              allocator.hold(PortRequest.named("").preferred(first + 5).strict().build()).number())
          .isEqualTo(first + 5);
    }
  }

  @Test
  void withoutRangesAvoidedPortsAreLeftOutToo() {
    try (PortAllocator allocator = allocator(Map.of("FREEPORT_AVOID", "1-20000"))) {
      assertThat(allocator.holdAll(50)).allMatch(port -> port.number() > 20_000);
    }
  }

  @Test
  void whatIsNoRangeIsAnError() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> allocator(Map.of("FREEPORT_AVOID", "8080-")))
        .withMessage(
            "Bad value for freeport.avoid (environment variable FREEPORT_AVOID): \"8080-\". Expected ports and ranges such as"
                + " 10000-19999, 30000.");
  }
}
