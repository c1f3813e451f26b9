package io.freeport.plan;

import io.freeport.internal.settings.Settings;
import java.util.Collection;

/** Finds what somebody may have meant. */
final class Spelling {

  private Spelling() {}

  /** Returns a sentence, to be put at the end of a message; empty if nothing is known. */
  static String suggest(String written, Collection<String> known) {
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
