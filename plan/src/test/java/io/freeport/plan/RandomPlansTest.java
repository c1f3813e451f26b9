package io.freeport.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.freeport.plan.health.Health;
import io.freeport.plan.health.HealthCheck;
import io.freeport.plan.http.PortsClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plans and answers that no person writes: each is read, or refused with an error that says where.
 * {@code -Dplans.seed=N} repeats one, {@code -Dplans.count=N} tries more of them.
 */
class RandomPlansTest {

  private static final int COUNT = Integer.getInteger("plans.count", 200);

  /** Another one in each run; failures tell it. */
  private static final long SEED = Long.getLong("plans.seed", System.nanoTime());

  private static final String PLAN =
      """
      # Our services.
      strategy: minimal
      services:
        web: {preferred: [3000, 3001], requires: http, health: {path: /ready, status: 204}}
        socket: {inherit: web}
        db:
          preferred:
            - 5432 # as everywhere
          fallback: 5433, 5434
          range: 15000-15999
          container: 5432
          health: tcp
      environments:
        ci: {services: {web: {preferred: 4000}}}
      health: {timeout: 1s}
      """;

  private static final String[] PARTS = {
    "[",
    "{",
    "]",
    "}",
    ":",
    ": ",
    "- ",
    "? ",
    ",",
    "\n",
    "\r",
    "\t",
    " ",
    "\"",
    "'",
    "#",
    " #",
    "&a ",
    "*a",
    "!t ",
    "!!int ",
    "|\n",
    ">\n",
    "%",
    "@",
    "`",
    "---\n",
    "...\n",
    "<<: *a",
    "\\",
    "~",
    "null",
    "\uFEFF",
    "\0",
    "\u001b[31m",
    "\u0085",
    "\u2028",
    "\ud83d\ude80",
    "\ud83d",
    "\u202e",
    "é",
    "0",
    "-1",
    "65536",
    "99999999999999999999",
    "1e9",
    "0x10",
    ".inf",
    "/",
    "../",
    "web",
    "services",
    "health",
    "environment",
    "urls",
    "constructor",
    "x".repeat(2_000),
    "[".repeat(60),
    "{a: ".repeat(2_000),
    "- ".repeat(5_000),
    "? ".repeat(60),
    "9".repeat(400),
    "PT1S",
    "P9999999999D",
    "1-",
    "5-4"
  };

  @TempDir private Path directory;

  private static String part(Random random) {
    return PARTS[random.nextInt(PARTS.length)];
  }

  private static String changed(String text, Random random) {
    StringBuilder changed = new StringBuilder(text);
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(changed.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> changed.delete(at, Math.min(changed.length(), at + random.nextInt(30)));
        case 1 -> changed.insert(at, changed.substring(at, Math.min(changed.length(), at + 40)));
        default -> changed.insert(at, part(random));
      }
    }
    return changed.toString();
  }

  private static void eachSeed(int count, Case one) {
    for (long seed = SEED; seed < SEED + count; seed++) {
      try {
        one.run(new Random(seed));
      } catch (Throwable e) {
        fail("-Dplans.seed=" + seed + "L: " + e, e);
      }
    }
  }

  private interface Case {
    void run(Random random) throws Exception;
  }

  /** Escapes what an assertion's message could not show. */
  private static Supplier<String> shown(String text) {
    return () -> text.length() > 5_000 ? text.substring(0, 5_000) + "..." : text;
  }

  @Test
  void plansAreReadOrRefusedWithTheirFile() {
    Path file = directory.resolve("freeport.yaml");
    eachSeed(
        COUNT,
        random -> {
          String text = changed(PLAN, random);
          Files.write(
              file,
              text.getBytes(
                  random.nextInt(20) == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8));
          try {
            PortPlan.load(file)
                .services()
                .values()
                .forEach(
                    service ->
                        service.health().ifPresent(health -> health.at(1, Duration.ofSeconds(1))));
          } catch (IllegalArgumentException e) { // of the plan, or of a setting in its file
            assertThat(e.getMessage()).as(shown(text)).contains(file.toString());
          }
        });
  }

  @Test
  void healthIsToldWhateverTheAnswerIs() {
    eachSeed(
        COUNT / 10,
        random -> {
          String answer =
              changed(
                  "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", random);
          try (EndlessServer server =
              EndlessServer.start(0, answer, "x\r\n\r\n".getBytes(StandardCharsets.UTF_8))) {
            URI uri = URI.create("http://127.0.0.1:" + server.port() + "/");
            Health health = HealthCheck.http(uri, 200, Duration.ofSeconds(60)).check();
            assertThat(health.reason()).as(shown(answer)).startsWith("GET " + uri + " ");
            assertThat(server.takenSoFar()).isLessThan(64 << 20);
          }
        });
  }

  @Test
  void portsAreOnlyThoseOfAnAnswer() {
    eachSeed(
        COUNT / 10,
        random -> {
          String json =
              changed(
                  "{\"application\":\"freeport\",\"data\":{\"web\":3000,\"urls\":{\"web\":\"http://x\"}}}",
                  random);
          byte[] bytes = json.getBytes(StandardCharsets.ISO_8859_1);
          try (EndlessServer server =
              EndlessServer.start(
                  0,
                  "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                      + bytes.length
                      + "\r\n\r\n"
                      + json,
                  new byte[0])) {
            PortsClient client =
                PortsClient.builder()
                    .url("http://127.0.0.1:" + server.port())
                    .scan(server.port(), server.port())
                    .discover();
            assertThat(client.ports().values())
                .as(shown(json))
                .allMatch(port -> port > 0 && port < 65_536);
          }
        });
  }
}
