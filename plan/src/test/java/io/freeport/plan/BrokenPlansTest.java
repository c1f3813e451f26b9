package io.freeport.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever makes a mistake is told where, what was expected, and what to do. */
class BrokenPlansTest {

  @TempDir Path directory;

  /** A file with a mistake, and what is said about it, without the name of the file. */
  record Broken(String title, int line, String yaml, String message) {
    @Override
    public String toString() {
      return title;
    }
  }

  static List<Broken> plans() throws IOException {
    List<String> plans = sections("/broken-plans.txt");
    List<String> messages = sections("/broken-plans-messages.txt");
    List<Broken> broken = new ArrayList<>();
    for (int i = 0; i < plans.size(); i++) {
      String[] plan = plans.get(i).split("\n", 2);
      String[] title = plan[0].split(" ", 2);
      String[] message = messages.get(i).split("\n", 2);
      assertThat(message[0]).isEqualTo(title[1]);
      broken.add(new Broken(title[1], Integer.parseInt(title[0]), plan[1], message[1].strip()));
    }
    return broken;
  }

  private static List<String> sections(String resource) throws IOException {
    try (InputStream file = BrokenPlansTest.class.getResourceAsStream(resource)) {
      String text = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(text.split("(?m)^### ", -1)).skip(1).toList();
    }
  }

  @Test
  void thereAreManyMistakes() throws IOException {
    assertThat(plans()).hasSizeGreaterThanOrEqualTo(50);
  }

  @ParameterizedTest
  @MethodSource("plans")
  void messageSaysWhereAndWhatToDo(Broken broken) throws IOException {
    Path file = Files.writeString(directory.resolve("freeport.yaml"), broken.yaml);

    IllegalArgumentException e =
        catchThrowableOfType(IllegalArgumentException.class, () -> PortPlan.load(file));

    assertThat(e).as(broken.yaml).isNotNull();
    assertThat(e.getMessage()).contains(file + ":" + broken.line);
    // The settings are those of all modules, and become more.
    assertThat(
            String.valueOf(e.getMessage())
                .replace(directory + "/", "")
                .replaceFirst("Known: a.*, strategy, .*", "Known: (settings)"))
        .isEqualTo(broken.message);
    if (e instanceof PlanException problem) {
      assertThat(problem.file()).contains(file);
      assertThat(problem.line()).isEqualTo(broken.line);
    }
  }
}
