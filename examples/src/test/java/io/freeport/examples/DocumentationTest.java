package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
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
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/ports.md"))).results()).hasSize(5);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/plans.md"))).results()).hasSize(4);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/junit.md"))).results()).hasSize(6);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/frameworks.md"))).results()).hasSize(6);
    assertThat(SNIPPET.matcher(read(ROOT.resolve("docs/containers.md"))).results()).hasSize(3);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void linksLeadSomewhere(Path page) throws IOException {
    Path folder = page.toAbsolutePath().resolveSibling("");
    assertThat(LINK.matcher(Files.readString(page)).results().map(MatchResult::group))
        .allSatisfy(
            link -> assertThat(folder.resolve(link.substring(2, link.length() - 1))).exists());
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
