package io.freeport.cli;

import picocli.CommandLine.IVersionProvider;

/** Returns the versions of FreePort and Java. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "freeport " + (version == null ? "(not packaged)" : version),
      "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name")
    };
  }
}
