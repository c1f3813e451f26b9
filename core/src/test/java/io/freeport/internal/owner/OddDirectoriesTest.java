package io.freeport.internal.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.build.BuildPorts;
import io.freeport.internal.os.ProcFs;
import io.freeport.internal.settings.PropertiesSource;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is in the place of the directory: ports are held, and nothing of others changes. */
class OddDirectoriesTest {

  @TempDir Path temp;

  @Test
  void oneThatIsMissing() throws Exception {
    Path directory = temp.resolve("a/b/c");
    assertThat(run(directory)).containsExactly(directory.toString(), "held", "of the build");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
        .isEqualTo("rwx------");
  }

  @Test
  void aFile() throws Exception {
    Path directory = Files.writeString(temp.resolve("file"), "x");
    assertThat(run(directory))
        .containsExactly(directory.toString(), "held", refused(directory + " is not a directory"));
    assertThat(directory).hasContent("x");
  }

  @Test
  void aLink() throws Exception {
    Path target = Files.createDirectory(temp.resolve("target"));
    Path directory = Files.createSymbolicLink(temp.resolve("link"), target);
    assertThat(run(directory))
        .containsExactly(
            directory.toString(), "held", refused(directory + " is a link, expected a directory"));
    assertThat(target).isEmptyDirectory();
  }

  @Test
  void oneOfAnotherUser() throws Exception {
    Path directory = Files.createDirectory(temp.resolve("theirs"));
    try {
      Files.setAttribute(directory, "unix:uid", 65534);
    } catch (IOException e) {
      assumeTrue(false, "only root can give directories away");
    }
    assertThat(run(directory))
        .hasSize(3)
        .endsWith(
            refused(
                directory
                    + " belongs to "
                    + Files.getOwner(directory).getName()
                    + ", not to the user of this JVM (0)"));
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void oneThatIsReadOnly() throws Exception {
    Path directory = Files.createDirectory(temp.resolve("read-only"));
    assertThat(runOn("ro,mode=700", directory))
        .hasSize(3)
        .satisfies(lines -> assertThat(lines.get(1)).isEqualTo("held"))
        .satisfies(lines -> assertThat(lines.get(2)).contains("Read-only file system"));
  }

  @Test
  void oneThatIsFull() throws Exception {
    Path directory = Files.createDirectory(temp.resolve("full"));
    assertThat(runOn("size=4k,mode=700", directory))
        .hasSize(3)
        .satisfies(lines -> assertThat(lines.get(1)).isEqualTo("held"))
        .satisfies(lines -> assertThat(lines.get(2)).contains("No space left on device"));
  }

  @Test
  void aPathThatIsNone() {
    Properties properties = new Properties();
    properties.setProperty("freeport.dir", "a\0b");
    Settings settings = Settings.of(List.of(new PropertiesSource(properties)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OwnerRegistry.of(settings))
        .withMessageStartingWith("Bad value for freeport.dir (system property): ")
        .withMessageEndingWith(". Expected the path of a directory.");
  }

  /** Each module of a build may have a folder for temporary files. */
  @Test
  void theFolderForTemporaryFilesDoesNotMatterOnLinux() throws Exception {
    assumeTrue(ProcFs.isThere(), "elsewhere it does");
    String usual = "/tmp/freeport-" + Files.getAttribute(Path.of("/proc/self/fd"), "unix:uid");
    for (String folder : List.of("one", "missing")) {
      Path temporary = temp.resolve(folder);
      if (folder.equals("one")) {
        Files.createDirectory(temporary);
      }
      try (ChildJvm child =
          ChildJvm.start(
              Map.of("FREEPORT_DIR", ""),
              List.of("-Djava.io.tmpdir=" + temporary, "-Dfreeport.dir="),
              UsesIt.class)) {
        assertThat(child.readToEnd()).containsExactly(usual, "held", "of the build");
      }
    }
  }

  private static String refused(String reason) {
    return "Cannot share anything with the other JVMs of this build: "
        + reason
        + ". Another directory can be given by freeport.dir or FREEPORT_DIR.";
  }

  private static List<String> run(Path directory) throws Exception {
    try (ChildJvm child =
        ChildJvm.start(Map.of(), List.of("-Dfreeport.dir=" + directory), UsesIt.class)) {
      return child.readToEnd();
    }
  }

  private static List<String> runOn(String mountOptions, Path directory) throws Exception {
    String mount = "mount -t tmpfs -o " + mountOptions + " tmpfs " + directory;
    assumeTrue(
        new ProcessBuilder("unshare", "--mount", "sh", "-c", mount).start().waitFor() == 0,
        "needs root and unshare");
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            List.of("unshare", "--mount", "sh", "-c", mount + " && exec \"$@\"", "sh"),
            List.of("-Dfreeport.dir=" + directory),
            ChildJvm.classPath(),
            UsesIt.class)) {
      return child.readToEnd();
    }
  }

  static final class UsesIt {
    private UsesIt() {}

    public static void main(String[] args) throws IOException {
      System.out.println(OwnerRegistry.of(Settings.ofThisJvm()).directory());
      try (PortAllocator allocator = PortAllocator.create()) {
        HeldPort port = allocator.hold("odd");
        port.offer();
        try (ServerSocket server = new ServerSocket(port.number())) {
          port.confirm();
          System.out.println("held");
        }
        BuildPorts.ofThisJvm()
            .hold("odd-" + port.number(), allocator, PortRequest.named("odd").build());
        System.out.println("of the build");
      } catch (UncheckedIOException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
