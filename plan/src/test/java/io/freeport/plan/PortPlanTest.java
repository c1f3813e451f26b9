package io.freeport.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freeport.PortRange;
import io.freeport.internal.settings.EnvironmentSource;
import io.freeport.internal.settings.PropertiesSource;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortService.Priority;
import io.freeport.plan.internal.file.LoadedPlan;
import io.freeport.plan.internal.file.PlanLoader;
import io.freeport.testing.Warnings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files count, and what goes before what. */
class PortPlanTest {

  @TempDir Path repository;
  private Path module;

  @BeforeEach
  void makeRepository() throws IOException {
    Files.createDirectory(repository.resolve(".git"));
    module = Files.createDirectories(repository.resolve("shop/web"));
    write(
        repository,
        """
        strategy: conservative
        health.timeout: 2s
        services:
          server: {preferred: 3000, requires: http, priority: high}
          redis: {preferred: 6379}
        environments:
          ci:
            strategy: aggressive
            services: {server: {preferred: 4000}}
        """);
    write(
        module,
        """
        health: {timeout: 3s}
        services:
          server: {preferred: [3100, 3101], range: [3100-3199, 3500]}
          mail-box: {container: 25}
        """);
  }

  private static void write(Path directory, String yaml) throws IOException {
    Files.writeString(directory.resolve("freeport.yaml"), yaml);
  }

  private static LoadedPlan read(
      Path path, Map<String, String> properties, Map<String, String> variables) {
    Properties all = new Properties();
    all.putAll(properties);
    return new PlanLoader(
            Settings.of(List.of(new PropertiesSource(all), new EnvironmentSource(variables))))
        .load(path);
  }

  private static PortPlan load(
      Path path, Map<String, String> properties, Map<String, String> variables) {
    return PortPlan.of(read(path, properties, variables));
  }

  private static PortPlan preview(Path path, Path file, String text) {
    return PortPlan.of(new PlanLoader(Settings.of(List.of())).with(file, text).load(path));
  }

  private static PortPlan load(Path path) {
    return load(path, Map.of(), Map.of());
  }

  @Test
  void theNearestFileWinsAndKeysAreMerged() {
    PortPlan plan = load(module);

    assertThat(plan.services().keySet()).containsExactly("server", "redis", "mail-box");
    PortService server = plan.service("server");
    assertThat(server.preferred()).containsExactly(3100, 3101);
    assertThat(server.priority()).isEqualTo(Priority.HIGH);
    assertThat(server.ranges())
        .containsExactly(new PortRange(3100, 3199), new PortRange(3500, 3500));
    assertThat(plan.service("mail-box").container()).hasValue(25);
    assertThat(plan.healthTimeout()).hasSeconds(3);
    assertThat(plan.strategy()).isEqualTo(ConflictStrategy.CONSERVATIVE);
    assertThat(plan.environment()).isEqualTo("test");
  }

  @Test
  void tellsWhichFilesCount() throws IOException {
    assertThat(PlanLoader.files(module))
        .containsExactly(repository.resolve("freeport.yaml"), module.resolve("freeport.yaml"));
    assertThat(PlanLoader.files(Files.createDirectories(repository.resolve("other/.git"))))
        .isEmpty();
  }

  @Test
  void readsAFileAsItWouldBe() throws IOException {
    Path file = module.resolve("freeport.yaml");
    String before = Files.readString(file);

    PortPlan changed = preview(module, file, "services: {redis: {fallback: 6380}}");
    assertThat(changed.service("redis").preferred()).containsExactly(6379);
    assertThat(changed.service("redis").fallback()).containsExactly(6380);
    assertThat(changed.service("server").ranges()).isEmpty();

    PortPlan further =
        preview(
            repository.resolve("shop"),
            module.resolveSibling("freeport.yaml"),
            "services: {more: }");
    assertThat(further.services().keySet()).containsExactly("server", "redis", "more");

    assertThatExceptionOfType(PlanException.class)
        .isThrownBy(() -> preview(module, file, "services: {redis: {falback: 6380}}"))
        .withMessageContaining(file + ":1: services.redis.falback: there is no such key.");
    assertThat(file).hasContent(before);
  }

  @Test
  void knowsWhereEachValueWasWritten() {
    LoadedPlan plan =
        read(module, Map.of(), Map.of("FREEPORT_SERVICES_REDIS_FALLBACK", "6380, 6381"));

    assertThat(plan.origin("services.server.preferred"))
        .hasValue(module.resolve("freeport.yaml") + ":3");
    assertThat(plan.origin("services.server.priority"))
        .hasValue(repository.resolve("freeport.yaml") + ":4");
    assertThat(plan.origin("services.redis.fallback"))
        .hasValue("environment variable FREEPORT_SERVICES_REDIS_FALLBACK");
    assertThat(plan.origin("services.redis.range")).isEmpty();
  }

  @Test
  void aFileAloneIsReadAlone() {
    assertThat(load(module.resolve("freeport.yaml")).services().keySet())
        .containsExactly("server", "mail-box");
  }

  @Test
  void whatIsAboveTheRepositoryDoesNotCount() throws IOException {
    Files.createDirectory(module.resolve(".git"));
    assertThat(load(module).services().keySet()).containsExactly("server", "mail-box");
  }

  @Test
  void withoutARepositoryOnlyTheDirectoryCounts() throws IOException {
    Files.delete(repository.resolve(".git"));
    assertThat(load(module).services().keySet()).containsExactly("server", "mail-box");
  }

  @Test
  void withoutAFileThereAreNoServices() {
    assertThat(load(repository.resolve(".git")).services()).isNotEmpty();
    assertThatExceptionOfType(PlanException.class)
        .isThrownBy(() -> load(repository.resolve("none.yaml")))
        .withMessageContaining("none.yaml:1: the file cannot be read");
  }

  @Test
  void anEnvironmentGoesBeforeTheFilesOfAllModules() {
    PortPlan plan = load(module, Map.of(), Map.of("CI", "true"));

    assertThat(plan.environment()).isEqualTo("ci");
    assertThat(plan.strategy()).isEqualTo(ConflictStrategy.AGGRESSIVE);
    assertThat(plan.service("server").preferred()).containsExactly(4000);
    assertThat(plan.service("server").priority()).isEqualTo(Priority.HIGH);
    assertThat(load(module, Map.of("freeport.environment", "mine"), Map.of("CI", "true")))
        .hasToString("plan for mine with [server, redis, mail-box]");
    assertThat(
            load(module, Map.of(), Map.of("CI", "true", "FREEPORT_ENVIRONMENT", "development"))
                .environment())
        .isEqualTo("development");
  }

  @Test
  void aPropertyGoesBeforeAVariableAndThatBeforeAllFiles() {
    Map<String, String> variables =
        Map.of(
            "CI", "true",
            "FREEPORT_SERVICES_SERVER_PREFERRED", "5000,5001",
            "FREEPORT_SERVICES_MAIL_BOX_AUTOFALLBACK", "true",
            "FREEPORT_SERVICES_REDIS_PREFERRED", "5002");
    Map<String, String> properties =
        Map.of(
            "freeport.services.redis.preferred", "5003",
            "freeport.services.mail-box.autoFallback", "false",
            "freeport.services.mail-box.preferred", "5004");

    PortPlan plan = load(module, properties, variables);

    assertThat(plan.service("server").preferred()).containsExactly(5000, 5001);
    assertThat(plan.service("redis").preferred()).containsExactly(5003);
    assertThat(plan.service("mail-box").autoFallback()).isFalse();
  }

  @Test
  void overridesWithMistakesAreErrorsToo() {
    assertThatExceptionOfType(PlanException.class)
        .isThrownBy(
            () -> load(module, Map.of("freeport.services.server.preferred", "none"), Map.of()))
        .withMessage(
            "system property freeport.services.server.preferred: services.server.preferred:"
                + " expected a port, from 1 to 65535, but found \"none\".");
  }

  /** Other programs may have written them, such as Kubernetes for a service of this name. */
  @Test
  void overridesOfNoServiceAreAWarning() throws IOException {
    String misspelled = "FREEPORT_SERVICES_SERVER_PREFERED";
    try (Warnings warnings = Warnings.record()) {
      for (int i = 0; i < 2; i++) {
        PortPlan unused =
            load(
                module,
                Map.of(),
                Map.of(misspelled, "1", "FREEPORT_SERVICES_SERVER_PORT", "tcp://10.0.0.1:80"));
      }
      assertThat(warnings.messages())
          .singleElement()
          .asString()
          .startsWith(
              "environment variable "
                  + misspelled
                  + ": no service has this key."
                  + " Did you mean \"server.preferred\"? Known: server.autoFallback, ");
    }
  }

  @Test
  void settingsOfAFileAreOfAllItsPorts() throws IOException {
    write(repository, "ranges: 12000-12009\navoid: [12000-12004, 12006]\nservices: {web: }");
    try (PortAssignments its = load(repository).assign()) {
      assertThat(its.port("web")).isIn(List.of(12005, 12007, 12008, 12009));
    }
  }

  @Test
  void settingsAreThoseOfThePlansFilesAndTheGivenSources() throws IOException {
    write(module, "retries: 7\nservices: {web: }");

    LoadedPlan plan = read(module, Map.of("freeport.leaks", "ignore"), Map.of());

    assertThat(plan.settings().text("freeport.retries")).isEqualTo("7");
    assertThat(plan.settings().origin("freeport.retries"))
        .hasValue(module.resolve("freeport.yaml") + ":1");
    assertThat(plan.settings().text("freeport.leaks")).isEqualTo("ignore");
    assertThat(plan.settings().origin("freeport.leaks")).hasValue("system property");
    assertThat(read(repository, Map.of(), Map.of()).settings().text("freeport.retries")).isNull();
  }
}
