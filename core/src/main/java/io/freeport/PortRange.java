package io.freeport;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of port numbers.
 *
 * @param first the lowest, at least 1
 * @param last the highest, at most 65535; the range includes it
 * @since 0.1.0
 */
public record PortRange(int first, int last) {

  /** The highest port number there is. */
  public static final int HIGHEST_PORT = 65535;

  private static final Pattern WRITTEN = Pattern.compile("([0-9]{1,9})(?:\\s*-\\s*([0-9]{1,9}))?");

  /**
   * Checks the ends.
   *
   * @param first as above
   * @param last as above
   * @throws IllegalArgumentException if they are no port numbers, or in the wrong order
   */
  public PortRange {
    if (first < 1 || last > HIGHEST_PORT || first > last) {
      throw new IllegalArgumentException(
          "Not a range of ports: "
              + first
              + "-"
              + last
              + ". Expected 1 <= first <= last <= "
              + HIGHEST_PORT
              + ".");
    }
  }

  /**
   * Reads a range as people write it.
   *
   * @param text {@code 8000-8099}, or one number
   * @return the range
   * @throws IllegalArgumentException if it is none
   */
  public static PortRange parse(String text) {
    Matcher matcher = WRITTEN.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "Not a range of ports: \""
              + text
              + "\". Expected two numbers such as 8000-8099, or one number.");
    }
    int first = Integer.parseInt(matcher.group(1));
    return new PortRange(
        first, matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2)));
  }

  /**
   * Returns whether a number is in this range.
   *
   * @param port any number
   * @return whether it is one of first to last
   */
  public boolean contains(int port) {
    return first <= port && port <= last;
  }

  /**
   * Returns how many numbers this range has.
   *
   * @return at least 1
   */
  public int size() {
    return last - first + 1;
  }

  /** Returns {@code first-last}, or the number if there is only one. */
  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
