package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The code on the pages for users is code of the examples, which is compiled and run. */
class DocumentationTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern SNIPPET = Pattern.compile("(?s)```(?:java|kotlin)\\n(.*?)```");
  private static final Pattern SOURCE = Pattern.compile("src/.*\\.(java|kt)$");
  private static final Pattern DECISION =
      Pattern.compile("# (\\d+)\\. (.*)\n\nDate: ([-0-9]+)\\. Status: ([a-z]+)");
  private static final Pattern INTERNAL =
      Pattern.compile("import(static)?io\\.freeport\\.[\\w.]*internal\\.");
  private static final Pattern LIBRARY =
      Pattern.compile("^../(?!benchmarks)[^/]+/src/main/java/io/freeport/");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

  static List<Path> pages() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md").map(ROOT::resolve),
              docs.filter(file -> file.toString().endsWith(".md")))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void snippetsAreCodeOfTheExamples(Path page) throws IOException {
    String sources = sources();
    assertThat(SNIPPET.matcher(Files.readString(page)).results().map(result -> result.group(1)))
        .allSatisfy(snippet -> assertThat(sources).contains(withoutSpace(snippet)));
  }

  /** Otherwise the test above could pass for want of anything to look at. */
  @Test
  void thereAreSnippetsToLookAt() {
    assertThat(SNIPPET.matcher(read(ROOT.resolve("README.md"))).results()).hasSize(2);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/ports.md"))).results()).hasSize(11);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/plans.md"))).results()).hasSize(4);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/junit.md"))).results()).hasSize(6);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/frameworks.md"))).results()).hasSize(6);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/containers.md"))).results()).hasSize(3);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/servers.md"))).results()).hasSize(5);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Path page) throws IOException {
    Path folder = page.toAbsolutePath().resolveSibling("");
    assertThat(LINK.matcher(Files.readString(page)).results().map(MatchResult::group))
        .allSatisfy(
            link -> assertThat(folder.resolve(link.substring(2, link.length() - 1))).exists());
  }

  @Test
  void examplesUseNothingInternal() throws IOException {
    assertThat(sources()).contains("importio.freeport.").doesNotContainPattern(INTERNAL);
    assertThat("import" + "io.freeport.docker.internal.Engine;").containsPattern(INTERNAL);
  }

  @Test
  void javadocLeavesInternalPackagesOut() {
    assertThat(read(ROOT.resolve("pom.xml")))
        .contains("<excludePackageNames>*.internal:*.internal.*</excludePackageNames>");
  }

  /** Without a package-info, or without a comment in it, nobody knows what lives there. */
  @Test
  void packagesSayWhatLivesThere() throws IOException {
    List<Path> packages = packages();
    assertThat(packages).hasSizeGreaterThan(20);
    assertThat(packages)
        .allSatisfy(
            folder -> assertThat(read(folder.resolve("package-info.java"))).startsWith("/**"));
  }

  private static List<Path> packages() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> LIBRARY.matcher(file.toString()).find())
          .filter(file -> file.toString().endsWith(".java"))
          .map(Path::getParent)
          .distinct()
          .toList();
    }
  }

  @Test
  void decisionsHaveDateAndStatusAndAreInTheIndex() throws IOException {
    Path folder = ROOT.resolve("docs/decisions");
    String index = read(folder.resolve("README.md"));
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> decisions =
          files.filter(file -> file.getFileName().toString().matches("\\d+-.*")).toList();
      assertThat(decisions).isNotEmpty().allSatisfy(decision -> checkDecision(decision, index));
    }
  }

  private static void checkDecision(Path decision, String index) {
    Matcher record = DECISION.matcher(read(decision));
    assertThat(record.lookingAt()).isTrue();
    String entry =
        "| %s | [%s](%s) | %s | %s"
            .formatted(
                record.group(1),
                record.group(2),
                decision.getFileName(),
                record.group(3),
                record.group(4));
    assertThat(index).contains(entry);
  }

  /** Links to files are checked above; so the walks and the glossary need only have some. */
  @Test
  void walksAndWordsNameTheirFiles() {
    String page = read(ROOT.resolve("docs/architecture.md"));
    List<String> sections = List.of(page.split("(?m)^## "));
    assertThat(steps(sections, "A walk: one port")).isBetween(1L, 6L);
    assertThat(steps(sections, "A walk: one container")).isPositive();
    assertThat(steps(sections, "A walk: one reaping")).isPositive();
    assertThat(read(ROOT.resolve("docs/glossary.md")).lines())
        .filteredOn(line -> line.startsWith("| ") && !line.startsWith("| word"))
        .hasSizeGreaterThan(20)
        .allMatch(line -> line.endsWith(".java) |"));
  }

  private static long steps(List<String> sections, String title) {
    String section =
        sections.stream().filter(text -> text.startsWith(title)).findFirst().orElseThrow();
    return section.lines().filter(line -> line.matches("\\d+\\. \\[.*\\.java\\).*")).count();
  }

  private static String sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(""))) {
      return files
          .filter(file -> SOURCE.matcher(file.toString()).find())
          .map(DocumentationTest::read)
          .map(DocumentationTest::withoutSpace)
          .collect(Collectors.joining("\n"));
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String withoutSpace(String text) {
    return text.replaceAll("\\s", "");
  }
}
