package io.freeport.docker.internal;

import io.freeport.internal.text.PrintableText;
import java.time.Duration;

/** Short forms for messages and tables. */
public final class Display {

  /** The number of characters of an id that {@code docker ps} shows. */
  public static final int SHORT_ID = 12;

  private static final String DEFAULT_REGISTRY = "docker.io/library/";
  private static final int LONGEST_PART = 160;

  private Display() {}

  /** Returns the start of an id, as {@code docker ps} shows it. */
  public static String shortId(String id) {
    return id.substring(0, Math.min(SHORT_ID, id.length()));
  }

  /** Returns the name of an image as Docker has it; Podman adds where it would be pulled from. */
  public static String image(String name) {
    return name.startsWith(DEFAULT_REGISTRY) ? name.substring(DEFAULT_REGISTRY.length()) : name;
  }

  /** Returns text of any origin on one line, without control characters, and of limited length. */
  public static String printable(String text) {
    String cut = text.length() > LONGEST_PART ? text.substring(0, LONGEST_PART) + "..." : text;
    return PrintableText.line(cut);
  }

  /** Returns an age in the largest unit that it contains at least twice, such as {@code 90 min}. */
  public static String age(Duration age) {
    if (age.toDays() > 1) {
      return age.toDays() + " d";
    }
    if (age.toHours() > 1) {
      return age.toHours() + " h";
    }
    return age.toMinutes() > 1 ? age.toMinutes() + " min" : age.toSeconds() + " s";
  }
}
