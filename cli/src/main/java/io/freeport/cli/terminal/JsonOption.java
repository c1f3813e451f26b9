package io.freeport.cli.terminal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.freeport.internal.text.PrintableText;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine.Option;

/** The option {@code --json}: JSON for programs instead of text for people. */
public final class JsonOption {

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  public boolean isSet() {
    return json;
  }

  /**
   * Prints maps, lists, texts and numbers, indented, with a line end. A terminal obeys more
   * characters than those that JSON has to escape; the escapes of printable text are JSON's.
   */
  public static void print(Object value, PrintWriter out) {
    try {
      out.println(
          PrintableText.lines(
              new ObjectMapper()
                  .enable(SerializationFeature.INDENT_OUTPUT)
                  .writeValueAsString(value)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.flush();
  }
}
