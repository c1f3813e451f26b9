package io.freeport.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The npm package get-port, and a program that uses it, in a folder of the build. */
final class NodePackage {

  static final String TITLE = "get-port (Node.js)";
  static final String VERSION = "7.1.0";
  static final String PACKAGE = "get-port@" + VERSION;

  private static final String PROGRAM = "cycles.mjs";
  private static final long LONGEST_INSTALL_SECONDS = 60;

  private final Path folder;

  private NodePackage(Path folder) {
    this.folder = folder;
  }

  /**
   * Installs it into a folder, unless an earlier run did.
   *
   * @param spec what npm is asked for
   * @return none where npm, or the package, is not to be had
   */
  static Optional<NodePackage> install(Path work, String spec)
      throws IOException, InterruptedException {
    Path folder = work.resolve("get-port-" + VERSION);
    if (!Files.exists(folder)) {
      Path begun = work.resolve("npm.begun");
      delete(begun); // of a run that was interrupted
      Files.createDirectories(begun);
      if (!npmInstalls(spec, begun)) {
        return Optional.empty();
      }
      // The folder has its name only when all is in it.
      Files.move(begun, folder, StandardCopyOption.ATOMIC_MOVE);
    }
    try (InputStream program = NodePackage.class.getResourceAsStream(PROGRAM)) {
      if (program == null) {
        throw new IOException("There is no resource " + PROGRAM);
      }
      Files.copy(program, folder.resolve(PROGRAM), StandardCopyOption.REPLACE_EXISTING);
    }
    return Optional.of(new NodePackage(folder));
  }

  private static boolean npmInstalls(String spec, Path folder) throws InterruptedException {
    Process npm;
    try {
      npm =
          new ProcessBuilder(
                  "npm", "install", "--prefix", folder.toString(), "--no-audit", "--no-fund", spec)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("npm.log").toFile())
              .start();
    } catch (IOException noNpm) {
      return false;
    }
    try {
      return npm.waitFor(LONGEST_INSTALL_SECONDS, TimeUnit.SECONDS) && npm.exitValue() == 0;
    } finally {
      npm.destroyForcibly().onExit().join();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Returns a command whose process prints {@link Use}s. */
  List<String> cycles(int threads, int cycles, int seconds) {
    return List.of(
        "node", folder.resolve(PROGRAM).toString(), "" + threads, "" + cycles, "" + seconds);
  }
}
