package io.freeport.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is made of results: the page, its plots, and how the command ends. */
class ReportTest {

  private static final String STORM =
      "| ports lost in the storm, shared mode, of 100 000 cycles or more";

  @TempDir Path root;

  @Test
  void endsWithZeroIfNoTargetIsMissed() throws Exception {
    assertThat(render(json())).isZero();
    assertThat(page())
        .contains(
            "| allocate and release, against `new ServerSocket(0)` and close | ≤ 1.25 | 0.900 (0.800–0.950) | reached |")
        .contains(STORM + " | ≤ 0 | 0 of 102300 | reached |");
  }

  @Test
  void endsWithOneIfATargetIsMissedByMoreThanTheNoise() throws Exception {
    assertThat(render(json().replace("[9.0, 9.5, 8.0]", "[13.0, 14.0, 12.6]"))).isEqualTo(1);
    assertThat(page()).contains("1.30 (1.26–1.40) | **missed** |");
  }

  @Test
  void doesNotMissATargetWithinTheNoise() throws Exception {
    assertThat(render(json().replace("[9.0, 9.5, 8.0]", "[10.5, 11.0, 9.9]"))).isZero();
    assertThat(page()).contains("| ≤ 1 | 1.05 (0.990–1.10) | not told apart from the target |");
  }

  @Test
  void onePortThatIsLostIsOneTooMany() throws Exception {
    String lost = json().replace("\"values\": [0.0]", "\"values\": [1.0]");

    assertThat(render(lost)).isEqualTo(1);
    assertThat(page()).contains(STORM + " | ≤ 0 | 1 of 102300 | **missed** |");
  }

  @Test
  void aStormWithoutOneOfTheAdversariesSaysNothing() throws Exception {
    assertThat(render(json().replace("[100.0]", "[0.0]"))).isZero();
    assertThat(page()).contains(STORM + " | ≤ 0 |  | not run |");
  }

  /** A quick run has no more. */
  @Test
  void aShortStormTellsTooLittle() throws Exception {
    assertThat(render(json().replace("[100000.0]", "[10000.0]"))).isZero();
    assertThat(page()).contains(STORM + " | ≤ 0 | 0 of 12300 | too few to tell |");
  }

  @Test
  void anAdversaryToWhomNobodyLosesDoesNotCount() throws Exception {
    assertThat(render(json().replace("[18.0]", "[0.0]"))).isZero();
    assertThat(page()).contains(STORM + " | ≤ 0 | 0 of 2300 | too few to tell |");
  }

  @Test
  void aStormInAnotherModeIsNotTheOneThatIsAskedFor() throws Exception {
    assertThat(render(json().replace("SHARED", "CLOSE_THEN_BIND"))).isZero();
    assertThat(page()).contains(STORM + " | ≤ 0 |  | not run |");
  }

  @Test
  void onlyAFullRunOfAllPartsIsPublished() throws Exception {
    render(json());
    render(json().replace("QUICK", "FULL"));
    assertThat(root.resolve("docs")).doesNotExist();

    render(fullRun());
    assertThat(root.resolve("docs/benchmarks.md")).content().contains("by `benchmarks/run`.");
  }

  @Test
  void afterAFailureThePageStaysAsItWas() throws Exception {
    Path published = Files.createDirectories(root.resolve("docs")).resolve("benchmarks.md");
    Files.writeString(published, "the page so far");

    assertThat(render(fullRun().replaceFirst("\"remark\": \"\"", "\"remark\": \"it failed: no\"")))
        .isEqualTo(1);

    assertThat(published).hasContent("the page so far");
    assertThat(root.resolve("docs/benchmarks")).doesNotExist();
    assertThat(page()).contains("The part *storm* did not come to its end.");
  }

  /** Rounds that were not the same ones cannot be compared one by one. */
  @Test
  void ratiosOfUnequalRoundsAreThoseOfTheMedians() throws Exception {
    render(json().replace("[9.0, 9.5, 8.0]", "[7.0]"));

    assertThat(page())
        .contains("and close | ≤ 1.25 | 0.700 | reached |")
        .contains("| the same, against the fastest peer | ≤ 1 |  | not run |");
  }

  @Test
  void endsWithOneIfAPartFailed() throws Exception {
    assertThat(render(json().replace("\"remark\": \"\"", "\"remark\": \"it failed: no\"")))
        .isEqualTo(1);
  }

  @Test
  void saysWhatWasNotRunAndWhy() throws Exception {
    render(json());

    assertThat(page()).contains("*Not run: no Docker engine answers.*").contains("*Not run.*");
  }

  /** What only opens a socket is no peer. */
  @Test
  void theRawBindIsNotTheFastestPeer() throws Exception {
    render(json());

    assertThat(page())
        .contains("| the same, against the fastest peer | ≤ 1 | 0.900 (0.800–0.950) |");
  }

  @Test
  void drawsWhatWasMeasuredAndLinksToNothingElse() throws Exception {
    render(json());

    Path plots = root.resolve("benchmarks/target/benchmarks");
    try (var files = Files.list(plots)) {
      assertThat(files)
          .extracting(file -> String.valueOf(file.getFileName()))
          .containsExactlyInAnyOrder("latency-one.svg", "storm-lost.svg");
    }
    assertThat(Files.readString(plots.resolve("latency-one.svg")))
        .contains("<svg")
        .contains("</svg>");
    assertThat(page()).contains("(benchmarks/latency-one.svg)").doesNotContain("reaper-time.svg");
  }

  @Test
  void aPartThatDoesNotExistIsAMistake() throws Exception {
    assertThat(new Main(root).run(List.of("--quick", "latencies"))).isEqualTo(2);
  }

  @Test
  void aTemplateAsksForNothingThatIsNotKnown() {
    Page page = new Page(new Results("", Effort.QUICK, Map.of()));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> page.render("{{tables latency.one}}"))
        .withMessageContaining("tables");
  }

  @Test
  void figuresHaveThreeDigitsThatCount() {
    assertThat(List.of(0.0, 3.0, 0.01234, 9.876, 45.67, 250_871.8))
        .extracting(Page::figure)
        .containsExactly("0", "3", "0.0123", "9.88", "45.7", "250872");
  }

  private static String fullRun() {
    StringBuilder parts = new StringBuilder();
    for (String part : List.of("storm", "suite", "reaper", "leases", "scale")) {
      parts
          .append("\"")
          .append(part)
          .append("\": {\"hasRun\": true, \"remark\": \"\", \"seconds\": 1.0}, ");
    }
    return json().replace("QUICK", "FULL").replace("\"latency\":", parts + "\"latency\":");
  }

  private int render(String json) throws Exception {
    Path file = Files.writeString(root.resolve("results.json"), json);
    return new Main(root).run(List.of("--render", file.toString()));
  }

  private String page() throws IOException {
    return Files.readString(root.resolve("benchmarks/target/benchmarks.md"));
  }

  private static String json() {
    try (InputStream json = ReportTest.class.getResourceAsStream("/results.json")) {
      if (json == null) {
        throw new IllegalStateException("There is no results.json");
      }
      return new String(json.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
