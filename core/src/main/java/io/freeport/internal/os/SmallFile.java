package io.freeport.internal.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** Reads files that somebody else writes. One without end, such as a device, is an error. */
public final class SmallFile {

  /** Far more than a person writes by hand. */
  private static final int LONGEST = 1 << 20;

  private SmallFile() {}

  /**
   * Returns the text of a file in UTF-8.
   *
   * @throws CharacterCodingException if it is not UTF-8
   * @throws FileSystemException if it has more than 1 MiB
   */
  public static String read(Path file, OpenOption... options) throws IOException {
    return read(file, LONGEST, options);
  }

  /**
   * Returns the text of a file in UTF-8.
   *
   * @throws CharacterCodingException if it is not UTF-8
   * @throws FileSystemException if it has more bytes than that
   */
  public static String read(Path file, int longest, OpenOption... options) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(bytes(file, longest, options));
    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
  }

  /**
   * Returns the contents of a file.
   *
   * @throws FileSystemException if it has more than 1 MiB
   */
  public static byte[] bytes(Path file) throws IOException {
    return bytes(file, LONGEST);
  }

  private static byte[] bytes(Path file, int longest, OpenOption... options) throws IOException {
    try (InputStream in = Files.newInputStream(file, options)) {
      byte[] bytes = in.readNBytes(longest + 1);
      if (bytes.length > longest) {
        throw new FileSystemException(
            file.toString(), null, "it has more than " + longest + " bytes. Is it the right file?");
      }
      return bytes;
    }
  }
}
