package io.freeport.internal.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freeport.HandoffMode;
import io.freeport.LeakPolicy;
import io.freeport.PortAllocator;
import io.freeport.spi.SettingsSource;
import io.freeport.testing.Warnings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  private static Settings read(Map<String, String> properties, Map<String, String> environment) {
    Properties all = new Properties();
    all.putAll(properties);
    return Settings.of(List.of(new EnvironmentSource(environment), new PropertiesSource(all)));
  }

  private record Written(int rank, String key, String value) implements SettingsSource {
    @Override
    public Set<String> keys() {
      return Set.of(key);
    }

    @Override
    public @Nullable String get(String asked) {
      return asked.equals(key) ? value : null;
    }

    @Override
    public String origin(String asked) {
      return "test";
    }
  }

  @Test
  void withoutAnythingWrittenItIsTheDefault() {
    Settings settings = read(Map.of(), Map.of());
    assertThat(settings.get(SettingKeys.DIRECTORY)).isNull();
    assertThat(settings.choice(SettingKeys.LEAKS, LeakPolicy.WARN)).isEqualTo(LeakPolicy.WARN);
    assertThat(settings.get(SettingKeys.RETRIES)).isEqualTo(5);
    assertThat(settings.get(SettingKeys.HANDOFF_TIMEOUT)).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.get(SettingKeys.REQUIRE_DOCKER, true)).isTrue();
  }

  @Test
  void aPropertyGoesBeforeAVariable() {
    Settings settings =
        read(
            Map.of("freeport.handoff", "close-then-bind", "freeport.retries", " 0 "),
            Map.of(
                "FREEPORT_HANDOFF", "shared",
                "FREEPORT_HANDOFF_TIMEOUT", "1m30s",
                "FREEPORT_REQUIRE_DOCKER", "false",
                "FREEPORT_LEAKS", "fail"));
    assertThat(settings.choice(SettingKeys.HANDOFF, HandoffMode.SHARED))
        .isEqualTo(HandoffMode.CLOSE_THEN_BIND);
    assertThat(settings.get(SettingKeys.RETRIES)).isZero();
    assertThat(settings.get(SettingKeys.HANDOFF_TIMEOUT, Duration.ZERO))
        .isEqualTo(Duration.ofSeconds(90));
    assertThat(settings.choice(SettingKeys.LEAKS, LeakPolicy.WARN)).isEqualTo(LeakPolicy.FAIL);
    assertThat(settings.get(SettingKeys.REQUIRE_DOCKER, true)).isFalse();
  }

  @Test
  void furtherSourcesAreAskedByTheirRank() {
    Settings settings = read(Map.of("freeport.retries", "2"), Map.of());
    assertThat(settings.with(new Written(300, "freeport.retries", "3")).text("freeport.retries"))
        .isEqualTo("3");
    assertThat(settings.with(new Written(50, "freeport.retries", "3")).text("freeport.retries"))
        .isEqualTo("2");
    assertThat(settings.with(new Written(50, "freeport.leaks", "fail")).text("freeport.leaks"))
        .isEqualTo("fail");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "freeport.handoff.timeout | soon | \"soon\". Expected a time such as 10s, 0.5s or 1m30s.",
        "freeport.handoff.timeout | -1s | \"-1s\". Expected a time such as 10s, 0.5s or 1m30s.",
        "freeport.retries | -1 | \"-1\". Expected a whole number, 0 or more.",
        "freeport.retries | many | \"many\". Expected a whole number, 0 or more.",
        "freeport.require.docker | 1 | \"1\". Expected true or false.",
        "freeport.leaks | maybe | \"maybe\". Expected ignore, warn or fail."
      })
  void badValues(String key, String value, String message) {
    Settings settings = read(Map.of(key, value), Map.of());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> {
              settings.get(SettingKeys.HANDOFF_TIMEOUT, Duration.ZERO);
              settings.get(SettingKeys.RETRIES);
              settings.choice(SettingKeys.LEAKS, LeakPolicy.WARN);
              settings.get(SettingKeys.REQUIRE_DOCKER, true);
            })
        .withMessage("Bad value for " + key + " (system property): " + message);
  }

  @Test
  void aBadHandoffMode() {
    Settings settings = read(Map.of(), Map.of("FREEPORT_HANDOFF", "never"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortAllocator.builder(settings))
        .withMessage(
            "Bad value for freeport.handoff (environment variable FREEPORT_HANDOFF): \"never\". Expected auto, shared, reuse-port or close-then-bind.");
  }

  @ParameterizedTest
  @CsvSource({
    "freeport.leak, freeport.leaks",
    "freeport.handoff.time-out, freeport.handoff.timeout",
    "freeport.hand-off, freeport.handoff",
    "freeport.sumary, freeport.summary"
  })
  void anUnknownKeyOfAFileIsAnErrorThatNamesTheNearestOne(String key, String nearest) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(Map.of(), Map.of()).with(new Written(300, key, "fail")))
        .withMessageMatching(
            "There is no setting "
                + key
                + " \\(test\\)\\. Did you mean "
                + nearest
                + "\\? All of them: freeport\\.handoff, .*\\.");
  }

  @Test
  void unknownPropertiesAndVariablesMayBeThoseOfOthers() {
    Settings settings =
        read(
            Map.of("freeport.leak", "fail", "freeport.retries", "2"),
            Map.of("FREEPORT_HOME", "/opt/freeport", "FREEPORT_LEAKS", "fail"));
    assertThat(settings.get(SettingKeys.RETRIES)).isEqualTo(2);
    assertThat(settings.choice(SettingKeys.LEAKS, LeakPolicy.WARN)).isEqualTo(LeakPolicy.FAIL);
    assertThat(settings.unknown())
        .containsExactly(
            "There is no setting freeport.leak (system property). Did you mean freeport.leaks?",
            "There is no setting freeport.home (environment variable FREEPORT_HOME). Did you mean freeport.dir?");
  }

  @Test
  void aWarningAboutAnUnknownKeyComesOnce() {
    System.setProperty("freeport.test.unknown", "1");
    try (Warnings warnings = Warnings.record()) {
      Settings.ofThisJvm();
      Settings.ofThisJvm();
      assertThat(warnings.messages())
          .filteredOn(message -> message.contains("freeport.test.unknown"))
          .singleElement()
          .asString()
          .startsWith("There is no setting freeport.test.unknown (system property). Did you mean ")
          .endsWith("? If another program uses it, nothing is wrong.");
    } finally {
      System.clearProperty("freeport.test.unknown");
    }
  }

  /** As Kubernetes, docker --link, freeport run and plans set them for a service of this name. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "FREEPORT_SERVICE_HOST",
        "FREEPORT_SERVICE_PORT",
        "FREEPORT_SERVICE_PORT_HTTP",
        "FREEPORT_PORT",
        "FREEPORT_PORT_80_TCP",
        "FREEPORT_PORT_80_TCP_PROTO",
        "FREEPORT_PORT_80_TCP_PORT",
        "FREEPORT_PORT_80_TCP_ADDR",
        "FREEPORT_PORT_5353_UDP",
        "FREEPORT_WEB_SERVICE_HOST",
        "FREEPORT_WEB_PORT",
        "FREEPORT_WEB_PORT_8080_TCP_ADDR",
        "FREEPORT_WEB_URL",
        "FREEPORT_NAME",
        "FREEPORT_ENV_PATH",
        "FREEPORT_DIR_PORT",
        "FREEPORT_VERSION"
      })
  void aServiceMayBeCalledFreeport(String variable) {
    Settings settings = read(Map.of(), Map.of(variable, "tcp://10.0.0.1:80"));
    assertThat(settings.unknown()).isEmpty();
    assertThat(SettingKeys.ALL).allMatch(key -> settings.text(key) == null);
    assertThat(settings.text("freeport.port.80-tcp")).isNull();
    assertThat(settings.text("freeport.port.80-tcp-port")).isNull();
  }

  @Test
  void aPortMayHaveAnyOtherName() {
    Settings settings =
        read(Map.of("freeport.port.80-tcp", "8080"), Map.of("FREEPORT_PORT_WEB_PORT", "8081"));
    assertThat(settings.text("freeport.port.80-tcp")).isEqualTo("8080");
    assertThat(settings.text("freeport.port.web-port")).isEqualTo("8081");
  }

  @Test
  void theVersionOfABuildIsNoSetting() {
    assertThat(read(Map.of("freeport.version", "0.1.0"), Map.of()).unknown()).isEmpty();
  }

  @Test
  void anEmptyVariableOrPropertyIsNotSet() {
    Map<String, String> variables = new HashMap<>();
    Map<String, String> properties = new HashMap<>();
    for (String key : SettingKeys.ALL) {
      variables.put(EnvironmentNames.variable(key), " ");
      properties.put(key, "");
    }
    Settings settings = read(properties, variables);
    assertThat(SettingKeys.ALL).allMatch(key -> settings.text(key) == null);
    assertThat(
            read(Map.of("freeport.retries", ""), Map.of("FREEPORT_RETRIES", "3"))
                .get(SettingKeys.RETRIES))
        .isEqualTo(3);
  }

  @Test
  void anEmptyTextInAFileIsAnError() {
    Settings settings = read(Map.of(), Map.of()).with(new Written(300, "freeport.dir", ""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.get(SettingKeys.DIRECTORY))
        .withMessage("Bad value for freeport.dir (test): \"\". Expected a text.");
  }

  /** Values of others can be anything, whatever the key. */
  @Test
  void noVariableOrPropertyOfOthersBreaksAnything() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String[] words = {
      "PORT", "SERVICE", "HOST", "TCP", "80", "WEB", "HOME", "ENV", "NAME", "", "VERSION", "É", "ß"
    };
    for (int i = 0; i < 5_000; i++) {
      StringBuilder variable = new StringBuilder("FREEPORT");
      for (int j = random.nextInt(5); j >= 0; j--) {
        variable.append('_').append(words[random.nextInt(words.length)]);
      }
      String key = EnvironmentNames.key(variable.toString());
      Settings settings = read(Map.of(key, "\u001b[2J"), Map.of(variable.toString(), "tcp://x:1"));
      assertThat(SettingKeys.ALL)
          .as("seed %d, %s", seed, variable)
          .allMatch(known -> settings.text(known) == null);
    }
  }

  @Test
  void keysOfOthersAreNoneOfOurBusiness() {
    read(Map.of("freeportal.leak", "fail"), Map.of("PATH", "/bin", "FREEPORTAL", "x"));
  }

  /** Such as a file with a section for each environment. */
  private record Sections(Map<String, String> leaks, String chosen) implements SettingsSource {
    @Override
    public int rank() {
      return 50;
    }

    @Override
    public Set<String> keys() {
      return Set.of("freeport.leaks");
    }

    @Override
    public @Nullable String get(String key) {
      return key.equals("freeport.leaks") ? leaks.get(chosen) : null;
    }

    @Override
    public String origin(String key) {
      return "section " + chosen;
    }

    @Override
    public SettingsSource after(List<SettingsSource> higher) {
      String environment = Settings.of(higher).get(SettingKeys.ENVIRONMENT);
      return new Sections(leaks, String.valueOf(environment));
    }
  }

  @Test
  void aSourceDependsOnThoseAboveIt() {
    Sections sections = new Sections(Map.of("ci", "fail", "dev", "ignore"), "none");
    Settings settings = read(Map.of(), Map.of("FREEPORT_ENVIRONMENT", "ci")).with(sections);
    assertThat(settings.choice(SettingKeys.LEAKS, LeakPolicy.WARN)).isEqualTo(LeakPolicy.FAIL);

    Settings session = settings.with(new Written(300, "freeport.environment", "dev"));
    assertThat(session.choice(SettingKeys.LEAKS, LeakPolicy.WARN)).isEqualTo(LeakPolicy.IGNORE);
    assertThat(settings.choice(SettingKeys.LEAKS, LeakPolicy.WARN)).isEqualTo(LeakPolicy.FAIL);

    Settings lower = settings.with(new Written(10, "freeport.environment", "dev"));
    assertThat(lower.choice(SettingKeys.LEAKS, LeakPolicy.WARN)).isEqualTo(LeakPolicy.FAIL);
  }

  @Test
  void aSourceCanOverrideTheServicesOfAPlan() {
    Settings session =
        read(Map.of(), Map.of("FREEPORT_SERVICES_MY_DB_PORT", "1"))
            .with(new Written(300, "freeport.services.my-db.port", "2"));
    assertThat(session.sources())
        .extracting(SettingsSource::keys)
        .containsExactly(
            Set.of("freeport.services.my-db.port"),
            Set.of(),
            Set.of("freeport.services.my.db.port"));
    assertThat(session.text("freeport.services.my-db.port")).isEqualTo("2");
    assertThat(
            read(Map.of(), Map.of("FREEPORT_SERVICES_MY_DB_PORT", "1"))
                .text("freeport.services.my-db.port"))
        .isEqualTo("1");
  }

  /** JUnit's parameters count only while their session runs. */
  @Test
  void furtherSourcesLeaveTheSettingsAsTheyWere() {
    Settings settings = read(Map.of("freeport.retries", "2"), Map.of());
    for (String key : List.of("freeport.retries", "freeport.dir", "freeport.services.db.port")) {
      String before = settings.text(key);
      assertThat(settings.with(new Written(300, key, "7")).text(key)).isEqualTo("7");
      assertThat(settings.text(key)).isEqualTo(before);
    }
  }
}
