package io.freeport.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTextTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "postgres", "größe 日本 😀", "C:\\new", "a\tb", "\u0301e"})
  void whatCanBeSeenStays(String text) {
    assertThat(PrintableText.line(text)).isSameAs(text);
    assertThat(PrintableText.lines(text)).isSameAs(text);
  }

  @Test
  void theRestBecomesVisible() {
    assertThat(PrintableText.line("\u001b[2Jpg\u0007")).isEqualTo("\\u001b[2Jpg\\u0007");
    assertThat(PrintableText.line("a\nok  b\r\u0085\u2028\u2029"))
        .isEqualTo("a\\nok  b\\r\\u0085\\u2028\\u2029");
    assertThat(PrintableText.line("\u009b31m\u007f\u0000")).isEqualTo("\\u009b31m\\u007f\\u0000");
    assertThat(PrintableText.line("\u202etxt.exe\u200b")).isEqualTo("\\u202etxt.exe\\u200b");
    assertThat(PrintableText.line("a\ud83d \udb40\udc01"))
        .as("half a character, and a tag")
        .isEqualTo("a\\ud83d \\udb40\\udc01");
  }

  @Test
  void linesKeepTheirEnds() {
    assertThat(PrintableText.lines("a\nb\r\nc\rd\u001b\n")).isEqualTo("a\nb\r\nc\\rd\\u001b\n");
  }

  @Test
  void nothingGetsThrough() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(12); j > 0; j--) {
        text.append((char) (random.nextBoolean() ? random.nextInt(0x100) : random.nextInt(0xffff)));
      }
      assertThat(PrintableText.line(text.toString()))
          .as("seed %d", seed)
          .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}&&[^\t]]");
    }
  }
}
