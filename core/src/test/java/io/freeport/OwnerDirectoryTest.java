package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What else may be in the directory, and what must not happen to the files in it. */
class OwnerDirectoryTest {

  private static final String OTHER_FILE = "999999999-1-00c0ffee.lock";

  @TempDir Path temp;
  private Path directory;

  @BeforeEach
  void makeDirectory() {
    directory = temp.resolve("owners");
    OwnerRegistry.open(directory);
  }

  @Test
  void theLockOutlivesGarbageCollection() throws Exception {
    OwnerRegistry registry = OwnerRegistry.open(directory);
    try (OwnerChild child = OwnerChild.start(directory)) {
      child.tell("collect");
      assertThat(registry.judge(child.owner()).reason()).isEqualTo("its file is locked");
    }
  }

  /** To open and close a file of this process would give up the lock on it. */
  @Test
  void twoRegistriesOfOneJvmKeepTheirLocks() throws Exception {
    OwnerRegistry registry = OwnerRegistry.open(directory);
    try (ChildJvm child =
        ChildJvm.start(Map.of(), List.of("-Dfreeport.dir=" + directory), TwoClassLoaders.class)) {
      Owner one = Owner.parse(child.readLine());
      Owner two = Owner.parse(child.readLine());
      assertThat(one).isNotEqualTo(two);
      assertThat(one.isSameProcessAs(two)).isTrue();
      assertThat(registry.judge(one).reason()).isEqualTo("its file is locked");
      assertThat(registry.judge(two).reason()).isEqualTo("its file is locked");
    }
  }

  @Test
  void nothingOfAnotherNameIsTouched() throws IOException {
    List<String> names =
        List.of("x.lock", "1-2-00c0ffee", "1-2-00C0FFEE.lock", "1-2-3-00c0ffee.lock", "notes.txt");
    for (String name : names) {
      Files.writeString(directory.resolve(name), "x");
    }
    OwnerRegistry.open(directory);
    assertThat(names).allMatch(name -> Files.exists(directory.resolve(name)));
  }

  @Test
  void deadOwnersFilesAreRemovedWhateverIsInThem() throws IOException {
    byte[] whole = new byte[5000];
    for (int length : new int[] {0, 1, 4095, 4096, 4097, 5000, whole.length}) {
      Files.write(directory.resolve(OTHER_FILE), Arrays.copyOf(whole, length));
      OwnerRegistry.open(directory);
      assertThat(directory.resolve(OTHER_FILE)).doesNotExist();
    }
  }

  @Test
  @Timeout(60)
  void whatIsNoPlainFileIsReportedOnceAndLeftAlone() throws Exception {
    Path target = Files.write(temp.resolve("target"), new byte[5000]);
    Files.createSymbolicLink(directory.resolve("1-1-00000001.lock"), target);
    Files.createLink(directory.resolve("1-1-00000002.lock"), target);
    Files.createDirectory(directory.resolve("1-1-00000003.lock"));
    assertThat(
            new ProcessBuilder("mkfifo", directory.resolve("1-1-00000004.lock").toString())
                .start()
                .waitFor())
        .isZero();
    try (Warnings warnings = Warnings.record()) {
      OwnerRegistry.open(directory);
      assertThat(warnings.messages())
          .hasSize(4)
          .allMatch(message -> message.startsWith("Left " + directory.resolve("1-1-0000000")));
    }
    try (var files = Files.list(directory)) {
      assertThat(files.filter(file -> file.toString().contains("1-1-0000000"))).hasSize(4);
    }
  }

  @Test
  void aFileOfAnotherUserIsReportedAndLeftAlone() throws IOException {
    Path file = Files.write(directory.resolve(OTHER_FILE), new byte[5000]);
    try {
      Files.setAttribute(file, "unix:uid", 65534);
    } catch (IOException e) {
      Assumptions.abort("Only root can give files away");
    }
    try (Warnings warnings = Warnings.record()) {
      OwnerRegistry.open(directory);
      assertThat(warnings.messages()).singleElement().asString().contains("it belongs to");
    }
    assertThat(file).exists();
  }

  static final class TwoClassLoaders {
    private static final List<Object> REACHABLE = new ArrayList<>();

    private TwoClassLoaders() {}

    public static void main(String[] args) throws Exception {
      Object one = registry();
      Object two = registry();
      REACHABLE.addAll(List.of(one, two));
      System.out.println(one.getClass().getMethod("self").invoke(one));
      System.out.println(two.getClass().getMethod("self").invoke(two));
      System.in.read();
    }

    private static Object registry() throws Exception {
      String[] path = System.getProperty("java.class.path").split(File.pathSeparator, -1);
      URLClassLoader loader =
          new URLClassLoader(
              Arrays.stream(path).map(TwoClassLoaders::url).toArray(URL[]::new),
              ClassLoader.getPlatformClassLoader());
      return loader.loadClass("io.freeport.OwnerRegistry").getMethod("ofThisJvm").invoke(null);
    }

    private static URL url(String entry) {
      try {
        return Path.of(entry).toUri().toURL();
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException(entry, e);
      }
    }
  }
}
