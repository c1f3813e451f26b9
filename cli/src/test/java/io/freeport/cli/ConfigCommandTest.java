package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freeport.cli.terminal.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ConfigCommandTest {

  private static final String TEXT =
      """
      services:
        web: {preferred: [8000, 8001]} # the front
        db: # the store
          preferred: 5432
      environments:
        ci:
          services:
            web: {preferred: 4000}
      """;

  @TempDir private Path directory;

  private Path file;

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(directory.resolve("freeport.yaml"), TEXT);
  }

  private CliProcess.Result run(Map<String, String> environment, String... args) throws Exception {
    return CliProcess.run(environment, directory, args);
  }

  @Test
  void setsOneValueAndNothingElse() throws Exception {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    Path target = Files.move(file, directory.resolve("elsewhere.yaml"));
    Files.createSymbolicLink(file, target);

    CliProcess.Result set = run(Map.of(), "config", "set", "services.web.preferred", "9000,9001");

    assertThat(set.err()).isEmpty();
    assertThat(set.out()).isEqualTo("Changed " + real(file) + "\n");
    assertThat(set.status()).isZero();
    assertThat(file).isSymbolicLink().hasContent(TEXT.replace("8000, 8001", "9000, 9001"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-r-----");
    assertNothingIsLeftBut("elsewhere.yaml", "freeport.yaml");
  }

  private Path real(Path path) throws IOException {
    return directory.toRealPath().resolve(path.getFileName());
  }

  private void assertNothingIsLeftBut(String... names) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder(names);
    }
  }

  @Test
  void writesNothingThatCouldNotBeRead() throws Exception {
    CliProcess.Result set = run(Map.of(), "config", "set", "services.web.prefered", "9000");
    assertThat(set.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(set.err())
        .contains("Nothing is written")
        .contains("Did you mean \"preferred\"?")
        .contains("freeport.yaml:2: services.web.prefered");
    assertThat(file).hasContent(TEXT);
    assertNothingIsLeftBut("freeport.yaml");
  }

  @Test
  void namesTheFileThatCannotBeParsed() throws Exception {
    Files.writeString(file, "services: " + "[".repeat(20_000) + "]".repeat(20_000));
    for (String[] command :
        new String[][] {
          {"config", "validate"},
          {"config", "show"},
          {"config", "set", "retries", "1"},
          {"config", "migrate", "--env-file=/dev/null"},
          {"auto-fix"},
          {"run", "--plan=.", "--", "true"}
        }) {
      CliProcess.Result result = run(Map.of(), command);
      assertThat(result.status())
          .as(String.join(" ", command))
          .isIn(ExitStatus.USAGE, ExitStatus.NO);
      assertThat(result.err() + result.out())
          .contains(real(file).toString())
          .contains("the values are nested more than 50 levels deep")
          .doesNotContain("\tat ", "StackOverflow");
    }
  }

  @Test
  void mendsAFileThatCannotBeRead() throws Exception {
    Files.writeString(file, TEXT.replace("5432", "none"));
    CliProcess.Result broken = run(Map.of(), "config", "validate", "--json");
    assertThat(broken.status()).isEqualTo(ExitStatus.NO);
    JsonNode mistake = new ObjectMapper().readTree(broken.out());
    assertThat(mistake.get("valid").asBoolean()).isFalse();
    assertThat(mistake.get("line").asInt()).isEqualTo(4);
    assertThat(mistake.get("message").asText()).contains("services.db.preferred: expected a port");

    CliProcess.Result set = run(Map.of(), "config", "set", "services.db.preferred", "5432");
    assertThat(set.err()).isEmpty();
    assertThat(set.status()).isZero();
    assertThat(file).hasContent(TEXT);

    CliProcess.Result mended = run(Map.of(), "config", "validate");
    assertThat(mended.status()).isZero();
    assertThat(mended.out()).isEqualTo(real(file) + ": valid, services web, db\n");
  }

  @Test
  void showsWhatCounts() throws Exception {
    CliProcess.Result value = run(Map.of("CI", "true"), "config", "get", "services.web.preferred");
    assertThat(value.out()).isEqualTo("4000\n");
    assertThat(value.status()).isZero();

    CliProcess.Result all =
        run(
            Map.of("CI", "false", "FREEPORT_SERVICES_DB_PREFERRED", "7", "FREEPORT_RETRIES", "2"),
            "config",
            "show",
            "--json");
    JsonNode shown = new ObjectMapper().readTree(all.out());
    assertThat(shown.get("environment").asText()).isEqualTo("test");
    assertThat(shown.get("files").get(0).asText()).isEqualTo(real(file).toString());
    JsonNode values = shown.get("values");
    assertThat(values.get("services.web.preferred").get("value").asText()).isEqualTo("8000, 8001");
    assertThat(values.get("services.web.preferred").get("origin").asText())
        .isEqualTo(real(file) + ":2");
    assertThat(values.get("services.db.preferred").get("value").asText()).isEqualTo("7");
    assertThat(values.get("services.db.preferred").get("origin").asText())
        .isEqualTo("environment variable FREEPORT_SERVICES_DB_PREFERRED");
    assertThat(values.get("retries").get("origin").asText())
        .isEqualTo("environment variable FREEPORT_RETRIES");

    CliProcess.Result nothing = run(Map.of(), "config", "get", "services.web.range");
    assertThat(nothing.status()).isEqualTo(ExitStatus.NO);
    assertThat(nothing.out()).isEmpty();
    assertThat(nothing.err()).contains("services.web.range is not set.");
  }

  /** Another directory's plan is not mixed with the file of the current one. */
  @Test
  void showsThePlanThatIsAskedFor() throws Exception {
    Files.writeString(file, "retries: 7\nhealth: {timeout: 9s}\n");
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.writeString(other.resolve("freeport.yaml"), "\nretries: 3\n");

    CliProcess.Result get = run(Map.of(), "config", "get", "retries", "--plan", "other");
    assertThat(get.out()).isEqualTo("3\n");
    CliProcess.Result ofCurrent =
        run(Map.of(), "config", "get", "health.timeout", "--plan", "other");
    assertThat(ofCurrent.status()).isEqualTo(ExitStatus.NO);

    CliProcess.Result show = run(Map.of(), "config", "show", "--json", "--plan", "other");
    JsonNode values = Json.parse(show.out()).get("values");
    // Not only these: the environment of a build may have settings, too.
    assertThat(values.fieldNames())
        .toIterable()
        .contains("retries")
        .doesNotContain("health.timeout");
    assertThat(values.get("retries").get("value").asText()).isEqualTo("3");
    assertThat(values.get("retries").get("origin").asText())
        .isEqualTo(real(other).resolve("freeport.yaml") + ":2");

    Files.writeString(file, "retrys: 7\n");
    assertThat(run(Map.of(), "config", "get", "retries", "--plan", "other").out()).isEqualTo("3\n");
  }

  @Test
  void migratesVariables() throws Exception {
    // In a file, since the environment of a build may have more of the kind.
    Files.writeString(
        directory.resolve(".env"),
        """
        WEB_PORT=1
        WEB_SERVER_PORT=8001
        WEB_SERVER_FALLBACK_PORTS="8002, 8003"
        FREEPORT_SERVICES_CACHE_RANGE=13000-13999
        FREEPORT_HEALTH_TIMEOUT=2s
        KUBERNETES_SERVICE_HOST=10.0.0.1
        KUBERNETES_SERVICE_PORT=443
        NAME_PORT=tcp://10.0.0.1:80
        """);

    CliProcess.Result dry = run(Map.of(), "config", "migrate", "--env-file=.env", "--dry-run");
    assertThat(dry.status()).isZero();
    assertThat(dry.out())
        .contains("--- " + real(file))
        .contains("+  web-server:\n+    fallback: [8002, 8003]\n+    preferred: 8001\n")
        .contains("+health:\n+  timeout: 2s\n");
    assertThat(file).hasContent(TEXT);

    CliProcess.Result migrated = run(Map.of(), "config", "migrate", "--env-file=.env");
    assertThat(migrated.status()).isZero();
    assertThat(migrated.err())
        .contains("services.web.preferred is in the file already; WEB_PORT is left out.")
        .contains("FREEPORT_SERVICES_CACHE_RANGE -> services.cache.range");
    assertThat(file)
        .hasContent(
            TEXT.replace(
                    "preferred: 5432\n",
                    """
                    preferred: 5432
                      cache:
                        range: 13000-13999
                      web-server:
                        fallback: [8002, 8003]
                        preferred: 8001
                    """)
                + "health:\n  timeout: 2s\n");

    CliProcess.Result forced =
        run(Map.of("WEB_PORT", "1"), "config", "migrate", "--force", "WEB_PORT");
    assertThat(forced.status()).isZero();
    assertThat(Files.readString(file)).contains("web: {preferred: 1} # the front");
  }

  @Test
  void beginsAFileFromAnEnvFile() throws Exception {
    Files.delete(file);
    Path envFile =
        Files.writeString(
            directory.resolve(".env"),
            "# ports\nexport WEB_PORT=8001 # web\nDB_PORT='5432'\nA=b\n");
    CliProcess.Result migrated =
        run(Map.of(), "config", "migrate", "--env-file", envFile.toString());
    assertThat(migrated.out()).isEqualTo("Created " + real(file) + "\n");
    assertThat(file)
        .hasContent("services:\n  db:\n    preferred: 5432\n  web:\n    preferred: 8001\n");
    CliProcess.Result none =
        run(Map.of(), "config", "migrate", "--env-file", envFile.toString(), "A");
    assertThat(none.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(none.err()).contains("A=b says nothing that a plan could say.");
  }
}
