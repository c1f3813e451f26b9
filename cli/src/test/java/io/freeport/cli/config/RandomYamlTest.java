package io.freeport.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Random files and random changes: either one value is another one, and every comment is still
 * there, or the change is refused. {@code -Dyaml.seed=N} repeats one, {@code -Dyaml.count=N} tries
 * more of them.
 */
class RandomYamlTest {

  private static final int COUNT = Integer.getInteger("yaml.count", 3_000);

  /** Another one in each run; failures tell it. */
  private static final long SEED = Long.getLong("yaml.seed", System.nanoTime());

  /** Each comment has a number of its own. */
  private static final Pattern COMMENT = Pattern.compile("# c[0-9]+");

  private static final List<String> KEYS =
      List.of("services", "web", "db", "preferred", "range", "ci", "q k", "é", "\ud83d\ude80");

  private static final List<String> VALUES =
      List.of(
          "9",
          "9,10",
          "0,1,9",
          "0, 9, 1",
          "9,0,1",
          "0",
          "1",
          "[]",
          "[1, 2]",
          "[0, [1]]",
          "{a: 1}",
          "a b",
          "x#y",
          "",
          "- x",
          "yes: no",
          "é",
          "\ud83d\ude80",
          "\"",
          "@x",
          "a\\b",
          "true",
          "~",
          "[1] # c",
          "{a: 1} ",
          "1\t2",
          "*a",
          "&b",
          "!t x",
          "%",
          "`",
          "[",
          "[".repeat(60));

  private static List<String> commentsOf(String text) {
    return COMMENT.matcher(text).results().map(MatchResult::group).sorted().toList();
  }

  @Test
  void changesNothingElse() {
    int changed = 0;
    for (long seed = SEED; seed < SEED + COUNT; seed++) {
      RandomFile it = new RandomFile(seed);
      String before = it.text();
      List<String> keys = new ArrayList<>();
      for (int i = 0, count = 1 + it.random.nextInt(3); i < count; i++) {
        keys.add(it.random.nextInt(6) == 0 ? "new" : it.pick(KEYS));
      }
      String value = it.pick(VALUES);
      String about = "-Dyaml.seed=%dL, set %s to %s in%n%s".formatted(seed, keys, value, before);
      try {
        String after = new YamlText(before).set(keys, value).text();
        assertThat(commentsOf(after)).as(about).isEqualTo(commentsOf(before));
        if (before.contains("\r\n")) {
          assertThat(after.replace("\r\n", "")).as(about).doesNotContain("\n");
        }
        changed++;
      } catch (IllegalArgumentException refused) {
        assertThat(refused.getMessage()).as(about).isNotBlank();
      } catch (RuntimeException | StackOverflowError e) {
        fail(about, e);
      }
    }
    System.out.printf("seed %d: %d of %d changes made%n", SEED, changed, COUNT);
    assertThat(changed).isGreaterThan(COUNT / 4);
  }

  /** A file of all kinds of values, with comments wherever one can be. */
  private static final class RandomFile {

    private final Random random;
    private final String lineEnd;
    private final StringBuilder text = new StringBuilder();
    private int comments;

    RandomFile(long seed) {
      random = new Random(seed);
      lineEnd = pick("\n", "\n", "\n", "\r\n");
    }

    String pick(List<String> some) {
      return some.get(random.nextInt(some.size()));
    }

    private String pick(String... some) {
      return some[random.nextInt(some.length)];
    }

    String text() {
      text.append(
          pick("", "", "", "\uFEFF", "---" + lineEnd, "%YAML 1.2" + lineEnd + "---" + lineEnd));
      map(0, 0);
      text.append(pick("", "", "", "..." + lineEnd, "# c0", "# c0" + lineEnd, lineEnd + lineEnd));
      return random.nextInt(8) == 0 ? text.toString().stripTrailing() : text.toString();
    }

    private void map(int depth, int indent) {
      List<String> keys = new ArrayList<>(KEYS);
      Collections.shuffle(keys, random);
      for (String key : keys.subList(0, 1 + random.nextInt(3))) {
        lineOfItsOwn(indent);
        String quote = key.contains(" ") ? "\"" : pick("", "", "'");
        text.append(" ".repeat(indent)).append(quote).append(key).append(quote);
        text.append(pick("", "", " ")).append(":");
        value(depth, indent);
      }
    }

    private void value(int depth, int indent) {
      switch (random.nextInt(depth > 3 ? 9 : 13)) {
        case 0 -> line(" 8000");
        case 1 -> line("");
        case 2 -> line(" \"a: b # x\"");
        case 3 -> line(" [8000, 8001]");
        case 4 -> line(" 'it''s'" + pick("", " ", "  "));
        case 5 -> line(" {}");
        case 6 -> {
          text.append(pick(" |", " >", " |-")).append(lineEnd);
          text.append(" ".repeat(indent + 2)).append("text # no comment").append(lineEnd);
        }
        case 7 -> {
          line(" [");
          flowItems(indent + 2);
          text.append(" ".repeat(indent + 1));
          line("]");
        }
        case 8 -> {
          line("");
          lineOfItsOwn(indent + 1);
          text.append(" ".repeat(indent + 1));
          line("8000");
        }
        case 9 -> line(" {preferred: 8000, x: {y: [1, 2]}}");
        case 10 -> {
          line("");
          blockItems(indent + pick("", "  ").length());
        }
        case 11 -> {
          line(" {");
          text.append(" ".repeat(indent + 2));
          line("preferred: 1,");
          text.append(" ".repeat(indent + 2));
          line("range: 2");
          text.append(" ".repeat(indent + 1));
          line("}");
        }
        default -> {
          line("");
          map(depth + 1, indent + 1 + random.nextInt(3));
        }
      }
    }

    private void blockItems(int indent) {
      for (int i = 0, count = 1 + random.nextInt(3); i < count; i++) {
        lineOfItsOwn(indent);
        text.append(" ".repeat(indent)).append("-").append(pick(" ", " ", "   "));
        line(pick("" + i, "" + i, "\"a # b\"", "[1, 2]", "{a: 1}", "a: 1"));
      }
    }

    private void flowItems(int indent) {
      int count = 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        lineOfItsOwn(indent);
        text.append(" ".repeat(indent));
        line(i + (i < count - 1 ? pick(",", " ,") : pick("", ",")));
      }
    }

    private void lineOfItsOwn(int indent) {
      if (random.nextInt(5) == 0) {
        text.append(" ".repeat(random.nextInt(indent + 1)));
        text.append("# c").append(++comments).append(lineEnd);
      }
      if (random.nextInt(8) == 0) {
        text.append(lineEnd);
      }
    }

    private void line(String content) {
      text.append(content);
      if (random.nextInt(3) == 0) {
        text.append(pick(" ", "   ")).append("# c").append(++comments);
        text.append(pick("", " é", " \ud83d\ude80", " a: b", " - x", " {x}", " 'q", " \"q"));
      }
      text.append(lineEnd);
    }
  }
}
