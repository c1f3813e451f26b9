package io.freeport.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.junit5.RequiresDocker;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That each part works; what it measures in so short a time means nothing. */
class PartsTest {

  @TempDir Path work;

  static Stream<Arguments> parts() {
    return Stream.of(
        Arguments.of(new LatencyPart(), "latency.range"),
        Arguments.of(new SuitePart(), SuitePart.TIME),
        Arguments.of(new ScalePart(), ScalePart.HEAP));
  }

  static Stream<Arguments> partsWithContainers() {
    return Stream.of(
        Arguments.of(new ContainerPart(), ContainerPart.CYCLES),
        Arguments.of(new ReaperPart(), ReaperPart.TIME),
        Arguments.of(new LeasePart(), LeasePart.TIME));
  }

  @ParameterizedTest
  @MethodSource("parts")
  void measureSomething(Part part, String metric) throws Exception {
    assertThat(smoke(part).ofMetric(metric))
        .isNotEmpty()
        .allSatisfy(series -> assertThat(series.values()).isNotEmpty().doesNotContain(0.0));
  }

  @ParameterizedTest
  @MethodSource("partsWithContainers")
  @RequiresDocker
  void measureSomethingByContainers(Part part, String metric) throws Exception {
    measureSomething(part, metric);
  }

  /** All of them only where they harm nobody else on the machine. */
  @Test
  void theStormHasAPeerAndEachAdversary() throws Exception {
    Results results = smoke(new StormPart());

    boolean isIsolated = StormPart.ISOLATION.equals(results.machine().get("Storm"));
    assertThat(results.ofMetric(StormPart.CYCLES))
        .extracting(Series::subject)
        .contains(Peer.FREEPORT.title(), Peer.SERVER_SOCKET.title());
    assertThat(results.ofMetric(StormPart.CYCLES))
        .allSatisfy(series -> assertThat(series.values()).doesNotContain(0.0))
        .extracting(Series::setting)
        .contains(
            Arrays.stream(Adversary.Way.values())
                .filter(way -> isIsolated || way == Adversary.Way.ANY)
                .map(Adversary.Way::title)
                .toArray(String[]::new));
    assertThat(results.machine().get(StormPart.HANDOFF)).isIn("SHARED", "CLOSE_THEN_BIND");
  }

  private Results smoke(Part part) throws Exception {
    Results results = new Results("", Effort.SMOKE, Map.of());
    part.run(Bench.of(Effort.SMOKE, work), results);
    return results;
  }
}
