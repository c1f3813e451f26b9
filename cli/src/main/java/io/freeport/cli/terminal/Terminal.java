package io.freeport.cli.terminal;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;

/** Tells whether there is a person to ask, and asks. */
public final class Terminal {

  private Terminal() {}

  /** Returns whether both standard input and standard output are a terminal. */
  @SuppressWarnings("SystemConsoleNull") // it does on the Javas before 22
  public static boolean isInteractive() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // Since Java 22 there is a console also without a terminal.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException before22) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  /** Asks for a yes; anything else, and the end of the input, is a no. */
  public static boolean confirms(String question, PrintWriter out) throws IOException {
    out.print(question + " [y/N] ");
    out.flush();
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
    String answer = input.readLine();
    return answer != null
        && (answer.strip().toLowerCase(Locale.ROOT).equals("y")
            || answer.strip().toLowerCase(Locale.ROOT).equals("yes"));
  }
}
