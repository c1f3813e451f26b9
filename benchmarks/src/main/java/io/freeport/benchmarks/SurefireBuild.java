package io.freeport.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Runs a suite that is compiled already by Maven's Surefire, to compare with what we measure. */
final class SurefireBuild {

  private static final String SUREFIRE = "3.5.6";
  private static final Pattern TOTAL = Pattern.compile("Tests run: (\\d+), Failures: 0, Errors: 0");

  private static final String PROJECT =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>io.freeport.benchmarks</groupId>
        <artifactId>suite</artifactId>
        <version>1</version>
        <dependencies>
          <dependency>
            <groupId>org.junit.jupiter</groupId>
            <artifactId>junit-jupiter</artifactId>
            <version>%s</version>
            <scope>test</scope>
          </dependency>
        </dependencies>
        <build>
          <plugins>
            <plugin>
              <groupId>org.apache.maven.plugins</groupId>
              <artifactId>maven-surefire-plugin</artifactId>
              <version>%s</version>
              <configuration>
                <testClassesDirectory>%s</testClassesDirectory>
                <forkCount>%d</forkCount>
                <additionalClasspathElements>%s</additionalClasspathElements>
              </configuration>
            </plugin>
          </plugins>
        </build>
      </project>
      """;

  private final Path folder;

  private SurefireBuild(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes the project.
   *
   * @param classPath what the tests need beside JUnit
   */
  static SurefireBuild of(
      Path folder, Path classes, List<String> classPath, int forks, String jUnit)
      throws IOException {
    String elements =
        classPath.stream()
            .map(entry -> "<element>" + entry + "</element>")
            .collect(Collectors.joining());
    Files.writeString(
        Files.createDirectories(folder).resolve("pom.xml"),
        PROJECT.formatted(jUnit, SUREFIRE, classes, forks, elements));
    return new SurefireBuild(folder);
  }

  /** Returns the nanoseconds that Maven takes, or none where there is no Maven. */
  Optional<Long> run(int tests) throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process maven;
    try {
      maven =
          new ProcessBuilder(
                  "mvn", "-B", "-ntp", "-f", folder.resolve("pom.xml").toString(), "surefire:test")
              .redirectErrorStream(true)
              .start();
    } catch (IOException noMaven) {
      return Optional.empty();
    }
    String output = new String(maven.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = maven.waitFor();
    long took = System.nanoTime() - start;
    long ran =
        Arrays.stream(output.split("\n", -1))
            .map(TOTAL::matcher)
            .filter(Matcher::find)
            .mapToLong(total -> Long.parseLong(total.group(1)))
            .max()
            .orElse(0);
    if (code != 0 || ran != tests) {
      throw new IOException("Surefire ended with " + code + " after " + ran + " tests: " + output);
    }
    return Optional.of(took);
  }
}
