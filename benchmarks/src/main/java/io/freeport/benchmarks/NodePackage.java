package io.freeport.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The npm package get-port, and a program that uses it, in a folder of the build. */
final class NodePackage {

  static final String TITLE = "get-port (Node.js)";

  private static final String PACKAGE = "get-port@7.1.0";
  private static final String PROGRAM = "cycles.mjs";
  private static final long LONGEST_INSTALL_SECONDS = 60;

  private final Path folder;

  private NodePackage(Path folder) {
    this.folder = folder;
  }

  /** Installs it; returns none where npm, or the package, is not to be had. */
  static Optional<NodePackage> install(Path folder) throws IOException, InterruptedException {
    try (InputStream program = NodePackage.class.getResourceAsStream(PROGRAM)) {
      if (program == null) {
        throw new IOException("There is no resource " + PROGRAM);
      }
      Files.copy(program, folder.resolve(PROGRAM), StandardCopyOption.REPLACE_EXISTING);
    }
    if (Files.isDirectory(folder.resolve("node_modules"))) {
      return Optional.of(new NodePackage(folder));
    }
    try {
      Process npm =
          new ProcessBuilder(
                  "npm",
                  "install",
                  "--prefix",
                  folder.toString(),
                  "--no-audit",
                  "--no-fund",
                  PACKAGE)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("npm.log").toFile())
              .start();
      boolean ended = npm.waitFor(LONGEST_INSTALL_SECONDS, TimeUnit.SECONDS);
      npm.destroyForcibly();
      return ended && npm.exitValue() == 0
          ? Optional.of(new NodePackage(folder))
          : Optional.empty();
    } catch (IOException noNpm) {
      return Optional.empty();
    }
  }

  /** Returns a command whose process prints {@link Use}s. */
  List<String> cycles(int threads, int cycles, int seconds) {
    return List.of(
        "node", folder.resolve(PROGRAM).toString(), "" + threads, "" + cycles, "" + seconds);
  }
}
