package io.freeport.internal.owner;

import io.freeport.internal.text.PrintableText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The identity of a JVM that owns ports and containers. A pid alone would not do, since pids are
 * used again; with the time at which the process started (as <a
 * href="https://github.com/google/python_portpicker">python_portpicker</a> has it) it names one
 * process of one boot of one host.
 *
 * @param host on Linux the machine, its boot and the pid namespace in which {@code pid} counts,
 *     with the time namespace if that is not the first one; elsewhere the name of the machine
 * @param pid the process id
 * @param start when the process started; comparable with the start of another process of the same
 *     {@code host}, and with nothing else
 * @param nonce tells apart several owners within one process, such as FreePort loaded by two class
 *     loaders; hexadecimal
 * @since 0.1.0
 */
public record Owner(String host, long pid, long start, String nonce) {

  /** The start of an owner that could not find out its own. */
  public static final long UNKNOWN_START = 0;

  /** Longest part of a malformed label that messages quote. */
  private static final int LONGEST_TOLD = 200;

  private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]{1,128}");
  private static final Pattern NONCE = Pattern.compile("[0-9a-f]{8}");
  private static final Pattern TEXT =
      Pattern.compile("([^/]{1,128})/([0-9]{1,18})/([0-9]{1,18})/([^/]{8})");

  /**
   * Checks the components, since they may come from anywhere and become part of a file name.
   *
   * @param host as above
   * @param pid as above
   * @param start as above
   * @param nonce as above
   * @throws IllegalArgumentException if one has characters or a length that this class never writes
   */
  public Owner {
    if (!HOST.matcher(host).matches() || pid < 1 || start < 0 || !NONCE.matcher(nonce).matches()) {
      throw new IllegalArgumentException(
          "Not an owner: host \""
              + PrintableText.line(host)
              + "\", pid "
              + pid
              + ", start "
              + start
              + ", nonce \""
              + PrintableText.line(nonce)
              + "\"");
    }
  }

  /**
   * Returns the owner that {@link #toString()} wrote.
   *
   * @param text {@code host/pid/start/nonce}
   * @return the owner
   * @throws IllegalArgumentException if the text is anything else
   */
  public static Owner parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "Not an owner, expected host/pid/start/nonce: \""
              + PrintableText.line(
                  text.length() > LONGEST_TOLD ? text.substring(0, LONGEST_TOLD) + "..." : text)
              + "\"");
    }
    return new Owner(
        matcher.group(1),
        Long.parseLong(matcher.group(2)),
        Long.parseLong(matcher.group(3)),
        matcher.group(4));
  }

  boolean isSameProcessAs(Owner other) {
    return host.equals(other.host) && pid == other.pid && start == other.start;
  }

  /** Returns {@code host/pid/start/nonce}, the form for labels. */
  @Override
  public String toString() {
    return host + "/" + pid + "/" + start + "/" + nonce;
  }
}
