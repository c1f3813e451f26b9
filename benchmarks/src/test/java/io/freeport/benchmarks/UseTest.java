package io.freeport.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class UseTest {

  @Test
  void readsWhatItWrote() {
    Use use = new Use(12345, 10, 20, true);

    assertThat(Use.parse(use.toString())).isEqualTo(use);
    assertThatIllegalArgumentException().isThrownBy(() -> Use.parse("12345 10 20"));
  }

  @Test
  void oneAfterTheOtherIsNoDuplicate() {
    assertThat(Use.duplicates(List.of(use(1, 21, 30), use(1, 10, 20), use(2, 15, 25)))).isZero();
  }

  @Test
  void twoAtATimeAreOne() {
    assertThat(Use.duplicates(List.of(use(1, 20, 30), use(1, 10, 20)))).isEqualTo(1);
  }

  @Test
  void aLongOneOverlapsWithAllOfTheOthers() {
    assertThat(Use.duplicates(List.of(use(1, 10, 90), use(1, 20, 30), use(1, 40, 50))))
        .isEqualTo(2);
  }

  @Test
  void noPortIsNobodysPort() {
    assertThat(Use.duplicates(List.of(use(Use.NO_PORT, 10, 20), use(Use.NO_PORT, 10, 20))))
        .isZero();
  }

  private static Use use(int port, long from, long to) {
    return new Use(port, from, to, false);
  }
}
