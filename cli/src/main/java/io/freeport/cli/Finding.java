package io.freeport.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of the doctor.
 *
 * @param about what was looked at, in a word or two
 * @param text what was found
 * @param advice what to do; empty if nothing need be done
 */
record Finding(Level level, String about, String text, String advice) {

  /** How bad it is. */
  enum Level {
    OK("green"),
    WARN("yellow"),
    FAIL("red");

    private final String colour;

    Level(String colour) {
      this.colour = colour;
    }

    /** In the markup of picocli, which leaves the colour out where there is none. */
    String markup() {
      return String.format("@|%s %-4s|@", colour, Occupants.lowerCase(this));
    }
  }

  static Finding ok(String about, String text) {
    return new Finding(Level.OK, about, text, "");
  }

  static Finding warn(String about, String text, String advice) {
    return new Finding(Level.WARN, about, text, advice);
  }

  static Finding fail(String about, String text, String advice) {
    return new Finding(Level.FAIL, about, text, advice);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("level", Occupants.lowerCase(level));
    json.put("about", about);
    json.put("text", text);
    json.put("advice", advice);
    return json;
  }
}
