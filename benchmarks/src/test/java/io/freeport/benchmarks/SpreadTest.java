package io.freeport.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpreadTest {

  /** The ranks are those of tables of the confidence interval of a median. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "5, 1, 5", "6, 1, 6", "9, 2, 8", "12, 3, 10", "20, 6, 15", "100, 40, 61"})
  void leavesOutWhatIsSurelyNotTheMedian(int count, double low, double high) {
    List<Double> values =
        IntStream.rangeClosed(1, count).mapToObj(i -> (double) i).collect(Collectors.toList());

    assertThat(Spread.of(values)).isEqualTo(new Spread((count + 1) / 2.0, low, high, count));
  }

  @Test
  void doesNotMindTheOrder() {
    assertThat(Spread.of(List.of(3.0, 1.0, 2.0))).isEqualTo(new Spread(2, 1, 3, 3));
  }

  @Test
  void isNotOfNothing() {
    assertThatIllegalArgumentException().isThrownBy(() -> Spread.of(List.of()));
  }
}
