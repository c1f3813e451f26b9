package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The transcripts of the pages are what {@code ci/transcripts} writes, of commands that exist. */
class TranscriptsTest {

  private static final Path DOCS = Path.of("..", "docs");
  private static final Path SCENARIOS = DOCS.resolve("transcripts");
  private static final Pattern BLOCK =
      Pattern.compile("(?m)^(?:<!-- transcript: ([a-z0-9-]+) -->\n)?```console\n((?s:.*?))^```$");
  private static final Pattern COMMAND = Pattern.compile("(?m)^\\$ (.+)$");
  private static final Pattern SHOWN = Pattern.compile("(?m)^ *(?:show|answer \\S+) (\\S+) (\\S+)");

  /** One block of a page. */
  record Transcript(Path page, String scenario, String text) {
    List<String> commands() {
      return COMMAND.matcher(text).results().map(result -> result.group(1)).toList();
    }

    @Override
    public String toString() {
      return page.getFileName() + ", " + scenario;
    }
  }

  static List<Transcript> transcripts() throws IOException {
    List<Transcript> transcripts = new ArrayList<>();
    try (Stream<Path> pages = Files.walk(DOCS)) {
      for (Path page : pages.filter(file -> file.toString().endsWith(".md")).toList()) {
        for (MatchResult block : BLOCK.matcher(Files.readString(page)).results().toList()) {
          assertThat(block.group(1)).as("the scenario of a block in " + page).isNotNull();
          transcripts.add(new Transcript(page, block.group(1), block.group(2)));
        }
      }
    }
    return transcripts;
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void showsTheCommandsOfItsScenario(Transcript transcript) throws IOException {
    String scenario = Files.readString(SCENARIOS.resolve(transcript.scenario() + ".sh"));
    assertThat(transcript.commands().stream().map(TranscriptsTest::firstTwoWords))
        .containsExactlyElementsOf(
            SHOWN
                .matcher(scenario)
                .results()
                .map(shown -> shown.group(1) + " " + shown.group(2))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void showsCommandsThatExist(Transcript transcript) {
    assertThat(transcript.commands()).isNotEmpty();
    for (String command : transcript.commands()) {
      if (command.startsWith("freeport ")) {
        String[] args = command.substring("freeport ".length()).split(" +", -1);
        assertThatCode(() -> Main.commandLine().parseArgs(args)).doesNotThrowAnyException();
      }
    }
  }

  @Test
  void everyScenarioIsOfAPage() throws IOException {
    try (Stream<Path> files = Files.list(SCENARIOS)) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".sh"))
                  .map(name -> name.substring(0, name.length() - ".sh".length())))
          .containsExactlyInAnyOrderElementsOf(
              transcripts().stream().map(Transcript::scenario).distinct().toList());
    }
  }

  private static String firstTwoWords(String command) {
    String[] words = command.split(" ", 3);
    return words[0] + " " + words[1];
  }
}
