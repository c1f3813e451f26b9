package io.freeport.plan;

import java.io.Serial;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when {@code freeport.yaml}, or a value that overrides it, is invalid. The message names
 * the place, the key, what was expected, and what to do.
 *
 * @since 0.1.0
 */
public class PlanException extends IllegalArgumentException {

  @Serial private static final long serialVersionUID = 1;

  /** The file with the mistake. */
  private final @Nullable String file;

  /** The line with the mistake; 0 for none. */
  private final int line;

  /**
   * Reports a mistake.
   *
   * @param message names the place, the key, what was expected, and what to do
   * @param file the file with the mistake; null if it is not in one
   * @param line the line with the mistake, from 1 on; 0 if it is not in a file
   */
  public PlanException(String message, @Nullable Path file, int line) {
    super(message);
    this.file = file == null ? null : file.toString();
    this.line = line;
  }

  /**
   * Returns the file with the mistake.
   *
   * @return the file; empty if the mistake is in the environment or a system property
   */
  public Optional<Path> file() {
    return Optional.ofNullable(file).map(Path::of);
  }

  /**
   * Returns the line with the mistake.
   *
   * @return the line, from 1 on; 0 if the mistake is not in a file
   */
  public int line() {
    return line;
  }
}
