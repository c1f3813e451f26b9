package io.freeport.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The environment in which glibc, and with it a JVM, tells errors in German. Debian's package
 * {@code locales} has what this needs; the locale itself is compiled into a folder of the test.
 */
public final class GermanTexts {

  private static final String LOCALE = "de_DE.UTF-8";
  private static final Path TEXTS = Path.of("/usr/share/locale/de/LC_MESSAGES/libc.mo");

  private GermanTexts() {}

  /** Skips the test, with a reason, if this machine does not have them. */
  public static Map<String, String> environment(Path folder)
      throws IOException, InterruptedException {
    assumeTrue(
        Files.exists(TEXTS),
        TEXTS + " is missing: glibc speaks no German here (apt-get install locales)");
    Process localedef;
    try {
      localedef =
          new ProcessBuilder(
                  "localedef", "-i", "de_DE", "-f", "UTF-8", folder.resolve(LOCALE).toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "localedef is missing (apt-get install locales): " + e);
      throw e;
    }
    String complaint =
        new String(localedef.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(localedef.waitFor() == 0, () -> "no German locale can be made: " + complaint);
    return Map.of("LOCPATH", folder.toString(), "LC_ALL", LOCALE, "LANGUAGE", "de");
  }
}
