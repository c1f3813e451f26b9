package io.freeport.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class YamlTextTest {

  private static final String TEXT =
      """
      # Our services. \uD83D\uDE80
      strategy: minimal # as ever

      services:
        web:            # the front
          preferred: [8000,   8001]   # odd blanks
          'requires':   "http"

        # The database.
        db: {preferred: 5432, container: 5432} # \uD83D\uDC18
        none:
        braces: {}
        list:
          preferred:
            - 7000  # first
            - 7001  # second
          # of the list

      environments:
        ci:
          services: {web: {preferred: 4000}}
      # the end
      """;

  private static String set(String text, String key, String value) {
    return new YamlText(text).set(List.of(key.split("\\.", -1)), value).text();
  }

  private static void assertReplaces(String key, String value, String before, String after) {
    assertThat(TEXT).contains(before);
    assertThat(set(TEXT, key, value)).isEqualTo(TEXT.replace(before, after));
    String windows = TEXT.replace("\n", "\r\n");
    assertThat(set(windows, key, value))
        .isEqualTo(TEXT.replace(before, after).replace("\n", "\r\n"));
  }

  @Test
  void replacesWords() {
    assertReplaces("strategy", "aggressive", "minimal #", "aggressive #");
    assertReplaces("services.web.requires", "https", "\"http\"", "https");
    assertReplaces("services.db.preferred", "5433", "preferred: 5432,", "preferred: 5433,");
    assertReplaces("services.db.container", "1", "container: 5432}", "container: 1}");
  }

  @Test
  void replacesLists() {
    assertReplaces("services.web.preferred", "1, 2", "[8000,   8001]", "[1, 2]");
    assertReplaces("services.web.preferred", "9", "[8000,   8001]", "9");
    assertReplaces("services.web.preferred", "[ 9 ]", "[8000,   8001]", "[ 9 ]");
    assertReplaces("services.db.preferred", "1,2", "preferred: 5432,", "preferred: [1, 2],");
    assertThat(set("a:\n  - 1\n  - 2\n# end\n", "a", "3, 4")).isEqualTo("a: [3, 4]\n# end\n");
  }

  @Test
  void keepsCommentsWithinLists() {
    String items = "      - 7000  # first\n      - 7001  # second\n";
    assertReplaces("services.list.preferred", "7000, 7001", items, items);
    assertReplaces("services.list.preferred", "7000, 7001, 7002", items, items + "      - 7002\n");
    assertReplaces("services.list.preferred", "6999,7000,7001", items, "      - 6999\n" + items);
    assertReplaces(
        "services.list.preferred",
        "[7000, a b, 7001]",
        items,
        "      - 7000  # first\n      - a b\n      - 7001  # second\n");
    assertReplaces("services.list.preferred", "7000,9", items, items.replace("7001", "9"));
    assertThat(set("a: # x\n- 1", "a", "1,2")).isEqualTo("a: # x\n- 1\n- 2\n");
    assertThat(set("a: # x\n  - 1\n  - 2\n", "a", "[2]")).isEqualTo("a: # x\n  - 2\n");
    assertThat(set("a: [ # x\n  1, # y\n  2]", "a", "1,2,3"))
        .isEqualTo("a: [ # x\n  1, # y\n  2, 3]");
    assertThat(set("a: [1, # x\n  2]", "a", "0,1,2")).isEqualTo("a: [0, 1, # x\n  2]");
    assertThat(set("a: [1, # x\n  2, 3]", "a", "[1, 2]")).isEqualTo("a: [1, # x\n  2]");
  }

  @Test
  void refusesToLoseAComment() {
    assertThatThrownBy(() -> set(TEXT, "services.list.preferred", "7000"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "line 15 has the comment \"# first\", which would be lost. Edit the value by hand.");
    assertThatThrownBy(() -> set(TEXT, "services.list.preferred", "[7000]"))
        .hasMessageStartingWith("line 16 has the comment \"# second\", ");
    assertThatThrownBy(() -> set(TEXT, "services.list.preferred", "[]"))
        .hasMessageStartingWith("line 15 has the comment \"# first\", ");
    assertThatThrownBy(() -> set("a: { # x\n}", "a.b", "1"))
        .hasMessageStartingWith("line 1 has the comment \"# x\", ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? "})
  void refusesDeepNesting(String part) {
    String deep = part.repeat(20_000);
    assertThatThrownBy(() -> set("\na: " + deep, "a", "1"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> set("a: 1", "a", deep.startsWith("[") ? deep : "{a: " + deep))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new YamlText(deep).has(List.of("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line 1: the values are nested more than 50 levels deep.");
  }

  @Test
  void addsKeys() {
    assertReplaces(
        "services.web.range",
        "1-2",
        "'requires':   \"http\"\n",
        "'requires':   \"http\"\n    range: 1-2\n");
    assertReplaces(
        "services.db.scope", "build", "container: 5432}", "container: 5432, scope: build}");
    assertReplaces("services.none.preferred", "1", "  none:\n", "  none:\n    preferred: 1\n");
    assertReplaces("services.braces.preferred", "1", "{}", "{preferred: 1}");
    assertReplaces(
        "services.list.range", "1-2", "- 7001  # second\n", "- 7001  # second\n    range: 1-2\n");
    assertReplaces(
        "services.more.range",
        "1-2",
        "- 7001  # second\n",
        "- 7001  # second\n  more:\n    range: 1-2\n");
    assertReplaces(
        "environments.ci.services.db.range",
        "1-2",
        "{web: {preferred: 4000}}",
        "{web: {preferred: 4000}, db: {range: 1-2}}");
    assertReplaces("environments.ci.retries", "3", "4000}}\n", "4000}}\n    retries: 3\n");
    assertReplaces("a.b.c", "d", "4000}}\n", "4000}}\na:\n  b:\n    c: d\n");
  }

  @Test
  void beginsFiles() {
    assertThat(set("", "services.web.preferred", "1"))
        .isEqualTo("services:\n  web:\n    preferred: 1\n");
    assertThat(set("# nothing yet", "retries", "1")).isEqualTo("# nothing yet\nretries: 1\n");
    assertThat(set("retries: 2", "labels", "off")).isEqualTo("retries: 2\nlabels: off\n");
    assertThat(set("retries:", "retries", "1")).isEqualTo("retries: 1");
    assertThat(set("retries: # how often\n", "retries", "1")).isEqualTo("retries: 1 # how often\n");
  }

  @Test
  void quotesWhatNeedsIt() {
    assertThat(set("a: 1", "a", "*")).isEqualTo("a: \"*\"");
    assertThat(set("a: 1", "a", "x: #y")).isEqualTo("a: \"x: #y\"");
    assertThat(set("a: {b: 1}", "a.b", "}")).isEqualTo("a: {b: \"}\"}");
    assertThat(set("a: 1", "a", "/health")).isEqualTo("a: /health");
    assertThat(set("a: 1", "a", "")).isEqualTo("a: \"\"");
    assertThat(set("a: 1", "a", "\"\n\u00e9")).isEqualTo("a: \"\\\"\\n\u00e9\"");
  }

  @Test
  void knowsItsKeys() {
    YamlText text = new YamlText(TEXT);
    assertThat(text.has(List.of("services", "db", "container"))).isTrue();
    assertThat(text.has(List.of("services", "db", "range"))).isFalse();
    assertThat(text.has(List.of("strategy", "range"))).isFalse();
    assertThat(text.keysOf("services")).containsExactly("web", "db", "none", "braces", "list");
    assertThat(text.keysOf("no")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: &x {b: 1}\nc: *x\n", // c.b is a's
        "a: {b: 1}\nc: {<<: *a}\n",
        "c:\n  b: |\n    long\n",
        "c: [1]",
        "c: x",
        "- c",
        "c: {b: {d: 1}}",
        "c: {",
        "c: &c [*c]",
        "c: &c {b: 1, d: *c}"
      })
  void refusesWhatItCannotChangeAlone(String text) {
    assertThatThrownBy(() -> set(text, "c.b", "2")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesValuesThatAreNone() {
    assertThatThrownBy(() -> set("a: 1", "a", "[1, 2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not a list or a mapping in YAML");
    assertThatThrownBy(() -> set("a: 1", "a", "[1,\n2]"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The value has to be on one line.");
    assertThatThrownBy(() -> set("a: {b: 1}", "a.b", "[1] # c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The value has a comment. Leave it out.");
  }
}
