package io.freeport.plan.internal.file;

import io.freeport.internal.settings.Settings;
import java.util.Collection;

/** Suggests corrections for typing errors. */
public final class Spelling {

  private Spelling() {}

  /** Returns a sentence, to be put at the end of a message; empty if nothing is known. */
  public static String suggest(String written, Collection<String> known) {
    return Settings.nearest(written, known)
        .map(
            nearest ->
                " Did you mean \""
                    + nearest
                    + "\"? Known: "
                    + String.join(", ", known.stream().sorted().toList())
                    + ".")
        .orElse("");
  }
}
