package io.freeport.cli.config;

import io.freeport.internal.text.PrintableText;
import java.io.PrintWriter;

/** The last step of all commands that change a file. */
final class ConfigChange {

  private ConfigChange() {}

  /** Writes the file; in a dry run, prints the difference. */
  static void finish(PlanDocument document, boolean dryRun, PrintWriter out) {
    if (!document.isChanged()) {
      out.println(document.file() + " already has this value.");
    } else if (dryRun) {
      document.check();
      document.diff().stream().map(PrintableText::line).forEach(out::println);
    } else {
      String verb = document.isNew() ? "Created " : "Changed ";
      document.write();
      out.println(verb + document.file());
    }
    out.flush();
  }
}
