package io.freeport.examples.servers;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real server in one configuration: one row of the table.
 *
 * @param name what the first column says
 * @param version the version that is here; empty if the server is not on this machine
 * @param isProgram whether the version is that of the machine, not that of this build
 * @param dialog what it is asked, and what it answers
 * @param start starts it
 */
record Server(
    String name, Optional<String> version, boolean isProgram, Dialog dialog, Start start) {

  private static final Pattern JAR = Pattern.compile("-([0-9][0-9A-Za-z.]*)\\.jar$");

  /** Starts a server on a port of 127.0.0.1. */
  @FunctionalInterface
  interface Start {

    /**
     * Starts the server.
     *
     * @param port the number
     * @param folder for its files, the same one at each start
     * @return a {@link Process}, or an {@link AutoCloseable} that stops a server of this JVM
     */
    Object on(int port, Path folder) throws Exception;
  }

  /** Starts a server of this JVM, which listens when the method returns. */
  @FunctionalInterface
  interface StartHere {

    AutoCloseable on(int port, Path folder) throws Exception;
  }

  /** Returns a server of this JVM, whose version is in the name of its jar. */
  static Server ofThisJvm(String name, Class<?> type, Dialog dialog, StartHere start) {
    return new Server(name, Optional.of(versionOf(type)), false, dialog, start::on);
  }

  /** Returns the same server, as one that is not on this machine. */
  Server missing() {
    return new Server(name, Optional.empty(), isProgram, dialog, start);
  }

  private static String versionOf(Class<?> type) {
    String jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
    Matcher version = JAR.matcher(jar);
    if (!version.find()) {
      throw new IllegalStateException("No version in the name of " + jar);
    }
    return version.group(1);
  }

  @Override
  public String toString() {
    return name;
  }
}
