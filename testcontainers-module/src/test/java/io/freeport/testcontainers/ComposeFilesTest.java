package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComposeFilesTest {

  @TempDir private Path directory;

  @Test
  void removesThoseOfTheDeadAndNoOthers() throws Exception {
    OwnerRegistry owners = OwnerRegistry.of(Settings.ofThisJvm());
    ComposeFiles files = new ComposeFiles(directory, owners);
    Path ours = files.create(".json");
    Owner self = owners.self();
    Owner dead = new Owner(self.host(), pidOfTheDead(), 1, self.nonce());
    Owner elsewhere = new Owner("elsewhere.example", dead.pid(), 1, self.nonce());
    Path ofTheDead = sibling(ours, self, dead);
    Path fromElsewhere = sibling(ours, self, elsewhere);
    Path ofNobody = Files.createFile(directory.resolve("freeport-compose+nobody+1.json"));
    Path other = Files.createFile(directory.resolve("x" + ofTheDead.getFileName()));

    files.removeThoseOfTheDead();

    assertThat(ofTheDead).doesNotExist();
    assertThat(directory.toFile().listFiles())
        .extracting(File::toPath)
        .containsExactlyInAnyOrder(ours, fromElsewhere, ofNobody, other);
  }

  /** Named like ours, but for the owner. */
  private static Path sibling(Path ours, Owner self, Owner owner) throws IOException {
    String name = String.valueOf(ours.getFileName());
    return Files.createFile(ours.resolveSibling(name.replace(inName(self), inName(owner))));
  }

  private static String inName(Owner owner) {
    return owner.toString().replace('/', '+');
  }

  private static long pidOfTheDead() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return process.pid();
  }
}
