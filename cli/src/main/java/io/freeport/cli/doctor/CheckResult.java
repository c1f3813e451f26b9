package io.freeport.cli.doctor;

import io.freeport.cli.terminal.EnumNames;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The result of one check.
 *
 * @param about the subject, in a word or two
 * @param text the result
 * @param advice the remedy; empty if none is needed
 */
record CheckResult(Level level, String about, String text, String advice) {

  /** How bad it is. */
  enum Level {
    OK("green"),
    WARN("yellow"),
    FAIL("red");

    private final String colour;

    Level(String colour) {
      this.colour = colour;
    }

    /** Returns picocli markup; picocli drops the colour on terminals without colours. */
    String markup() {
      return String.format("@|%s %-4s|@", colour, EnumNames.lowerCase(this));
    }
  }

  static CheckResult ok(String about, String text) {
    return new CheckResult(Level.OK, about, text, "");
  }

  static CheckResult warn(String about, String text, String advice) {
    return new CheckResult(Level.WARN, about, text, advice);
  }

  static CheckResult fail(String about, String text, String advice) {
    return new CheckResult(Level.FAIL, about, text, advice);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("level", EnumNames.lowerCase(level));
    json.put("about", about);
    json.put("text", text);
    json.put("advice", advice);
    return json;
  }
}
