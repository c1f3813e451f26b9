package io.freeport.internal.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerTest {

  @Test
  void readsWhatItWrites() {
    Owner owner = new Owner("boot-1.4026531836", 4711, 123456789, "00c0ffee");
    assertThat(Owner.parse(owner.toString())).isEqualTo(owner);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        "host/1/2",
        "host/1/2/00c0ffee/more",
        "host/0/2/00c0ffee",
        "host/-1/2/00c0ffee",
        "host/1/2/../../..",
        "../1/2/00c0ff/e",
        "host/1/2/00C0FFEE",
        "host/9999999999999999999999/2/00c0ffee",
        "ho st/1/2/00c0ffee"
      })
  void refusesEverythingElse(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Owner.parse(text))
        .withMessageStartingWith("Not an owner");
  }
}
