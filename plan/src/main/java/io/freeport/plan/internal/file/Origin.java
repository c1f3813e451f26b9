package io.freeport.plan.internal.file;

import io.freeport.internal.text.PrintableText;
import io.freeport.plan.PlanException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a value is written.
 *
 * @param file the file; null if it was not in one
 * @param line the line in the file, from 1 on; 0 if it was not in one
 * @param text what messages say
 */
public record Origin(@Nullable Path file, int line, String text) {

  static Origin of(Path file, int line) {
    return new Origin(file, line, file + ":" + line);
  }

  static Origin of(String text) {
    return new Origin(null, 0, text);
  }

  PlanException error(String problem) {
    return new PlanException(PrintableText.lines(text + ": " + problem), file, line);
  }

  @Override
  public String toString() {
    return text;
  }
}
