package io.freeport.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That each part works; what it measures in so short a time means nothing. */
class PartsTest {

  @TempDir Path work;

  static Stream<Part> parts() {
    return Stream.of(new LatencyPart(), new StormPart(), new SuitePart(), new ScalePart());
  }

  @ParameterizedTest
  @MethodSource("parts")
  void measureSomething(Part part) throws Exception {
    Results results = new Results("", Effort.SMOKE, Map.of());

    part.run(Bench.of(Effort.SMOKE, work), results);

    List<Series> ofFreePort =
        Stream.of("latency.one", StormPart.CYCLES, SuitePart.TIME, ScalePart.HEAP)
            .flatMap(metric -> results.ofMetric(metric).stream())
            .filter(series -> series.metric().startsWith(part.name()))
            .toList();
    assertThat(ofFreePort)
        .isNotEmpty()
        .allSatisfy(series -> assertThat(series.values()).isNotEmpty().doesNotContain(0.0));
  }
}
