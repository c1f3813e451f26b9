package io.freeport.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** By the npm of this machine, and with a package that needs no registry. */
class NodePackageTest {

  @TempDir Path work;
  @TempDir Path published;

  @BeforeEach
  void publish() throws Exception {
    assumeTrue(hasNpm(), "There is no npm");
    Files.writeString(
        published.resolve("package.json"),
        "{\"name\": \"get-port\", \"version\": \"" + NodePackage.VERSION + "\"}");
  }

  @Test
  void aHalfInstallIsRemoved() throws Exception {
    Path half = Files.createDirectories(work.resolve("npm.begun/node_modules/get-port"));
    Files.createFile(half.resolve("half"));

    assertThat(NodePackage.install(work, published.toString())).isPresent();

    assertThat(installed().resolve("package.json")).exists();
    assertThat(installed().resolve("half")).doesNotExist();
    assertThat(work.resolve("npm.begun")).doesNotExist();
  }

  @Test
  void aFinishedOneIsNotInstalledAgain() throws Exception {
    NodePackage.install(work, published.toString());

    assertThat(NodePackage.install(work, noSuchPackage())).isPresent();
  }

  @Test
  void whatCannotBeInstalledIsNotThere() throws Exception {
    assertThat(NodePackage.install(work, noSuchPackage())).isEmpty();
    assertThat(NodePackage.install(work, noSuchPackage())).isEmpty();
  }

  private String noSuchPackage() {
    return published.resolve("missing.tgz").toString();
  }

  private Path installed() {
    return work.resolve("get-port-" + NodePackage.VERSION + "/node_modules/get-port");
  }

  private static boolean hasNpm() throws InterruptedException {
    try {
      return new ProcessBuilder("npm", "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException noSuchCommand) {
      return false;
    }
  }
}
