package io.freeport.internal.owner;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** Text in records of a fixed size. */
final class Utf8 {

  private Utf8() {}

  /** Returns the text's bytes, at most so many, and without the half of a character at the end. */
  static byte[] cut(String text, int most) {
    byte[] bytes = text.getBytes(UTF_8);
    if (bytes.length <= most) {
      return bytes;
    }
    int end = most;
    while ((bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }
}
