package io.freeport.internal.text;

/**
 * Makes text from outside fit for messages and terminals. The names of processes, files, containers
 * and tests may contain anything: escape sequences that a terminal obeys, ends of lines that look
 * like lines of ours, and marks that reverse the order of letters. All of these become visible, as
 * Java writes them: <code>&#92;u001b</code>, {@code \n}.
 */
public final class PrintableText {

  private PrintableText() {}

  /**
   * Returns text that stays on one line.
   *
   * @param text any text
   * @return the same text if it has only characters to be seen, blanks and tabs
   */
  public static String line(String text) {
    return escape(text, false);
  }

  /**
   * Returns text that may have several lines. It cannot tell whose lines these are, so a name
   * within the text has to be a {@link #line} already.
   *
   * @param text any text
   * @return the same text if it has only characters to be seen, blanks, tabs and ends of lines
   */
  public static String lines(String text) {
    return escape(text, true);
  }

  private static String escape(String text, boolean keepsLines) {
    StringBuilder escaped = null;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int end = i + Character.charCount(c);
      if (!isPrintable(c) && !(keepsLines && isLineEnd(text, i))) {
        escaped = escaped == null ? new StringBuilder(text.substring(0, i)) : escaped;
        escaped.append(escape(c));
      } else if (escaped != null) {
        escaped.appendCodePoint(c);
      }
      i = end;
    }
    return escaped == null ? text : escaped.toString();
  }

  /** A carriage return alone would let what follows overwrite the line. */
  private static boolean isLineEnd(String text, int i) {
    return text.charAt(i) == '\n' || text.startsWith("\r\n", i);
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL -> c == '\t';
      case Character.FORMAT, Character.SURROGATE -> false;
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      default -> true;
    };
  }

  private static String escape(int c) {
    if (c == '\n') {
      return "\\n";
    }
    if (c == '\r') {
      return "\\r";
    }
    StringBuilder escaped = new StringBuilder();
    for (char unit : Character.toChars(c)) {
      String hex = Integer.toHexString(unit);
      escaped.append("\\u").append("0".repeat(4 - hex.length())).append(hex);
    }
    return escaped.toString();
  }
}
