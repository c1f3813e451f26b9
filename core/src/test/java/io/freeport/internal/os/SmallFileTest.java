package io.freeport.internal.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {

  private static final int LONGEST = 1 << 20;

  @TempDir Path directory;

  @Test
  void readsText() throws Exception {
    Path file = Files.writeString(directory.resolve("text"), "a\u00e9\n\ud83d\ude80");
    assertThat(SmallFile.read(file)).isEqualTo("a\u00e9\n\ud83d\ude80");
    assertThat(SmallFile.read(Files.write(file, new byte[LONGEST]))).hasSize(LONGEST);
    assertThat(SmallFile.read(Files.write(file, new byte[0]))).isEmpty();
  }

  @Test
  void readsNoLongFile() throws Exception {
    Path file = Files.write(directory.resolve("long"), new byte[LONGEST + 1]);
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> SmallFile.read(file))
        .withMessage(file + ": it has more than 1048576 bytes. Is it the right file?");
  }

  @Test
  void readsNoFileWithoutEnd() {
    Path zeros = Path.of("/dev/zero");
    assumeTrue(Files.exists(zeros), "there is no /dev/zero");
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> SmallFile.read(zeros))
        .withMessageStartingWith("/dev/zero: it has more than ");
  }

  @Test
  void readsNoOtherEncoding() throws Exception {
    Path file = Files.write(directory.resolve("latin1"), new byte[] {'a', (byte) 0xe9});
    assertThatExceptionOfType(CharacterCodingException.class)
        .isThrownBy(() -> SmallFile.read(file));
  }
}
