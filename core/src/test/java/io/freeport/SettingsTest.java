package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

  private static Settings read(Map<String, String> properties, Map<String, String> environment) {
    return Settings.read(properties::get, environment);
  }

  @Test
  void defaults() {
    assertThat(read(Map.of(), Map.of()))
        .isEqualTo(new Settings(null, Duration.ofSeconds(10), 5, LeakPolicy.WARN));
  }

  @Test
  void aPropertyGoesBeforeAVariable() {
    assertThat(
            read(
                Map.of("freeport.handoff", "close-then-bind", "freeport.retries", "0"),
                Map.of(
                    "FREEPORT_HANDOFF",
                    "shared",
                    "FREEPORT_HANDOFF_TIMEOUT",
                    "1m30s",
                    "FREEPORT_LEAKS",
                    "fail")))
        .isEqualTo(
            new Settings(HandoffMode.CLOSE_THEN_BIND, Duration.ofSeconds(90), 0, LeakPolicy.FAIL));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "freeport.handoff | never | Bad value for freeport.handoff (FREEPORT_HANDOFF): \"never\". Expected auto, shared or close-then-bind.",
        "freeport.handoff.timeout | soon | Bad value for freeport.handoff.timeout (FREEPORT_HANDOFF_TIMEOUT): \"soon\". Expected a time such as 10s, 0.5s or 1m30s.",
        "freeport.handoff.timeout | -1s | Bad value for freeport.handoff.timeout (FREEPORT_HANDOFF_TIMEOUT): \"-1s\". Expected a time such as 10s, 0.5s or 1m30s.",
        "freeport.retries | -1 | Bad value for freeport.retries (FREEPORT_RETRIES): \"-1\". Expected a whole number, 0 or more.",
        "freeport.retries | many | Bad value for freeport.retries (FREEPORT_RETRIES): \"many\". Expected a whole number, 0 or more.",
        "freeport.leaks | maybe | Bad value for freeport.leaks (FREEPORT_LEAKS): \"maybe\". Expected ignore, warn or fail."
      })
  void badValues(String key, String value, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Map.of(key, value), Map.of()))
        .withMessage(message);
  }
}
