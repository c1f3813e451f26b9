package io.freeport.junit5.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.commons.JUnitException;
import org.junit.platform.launcher.core.LauncherFactory;

/** JVMs whose class path has a jar of Jupiter's API with another version in its manifest. */
class JUnitVersionsTest {

  /** The version of all parts of JUnit here. */
  private static final String VERSION =
      String.valueOf(Test.class.getPackage().getImplementationVersion());

  @TempDir Path directory;

  @Test
  void saysNothingOfOneVersion() throws Exception {
    assertThat(open(VERSION)).containsExactly("opened", "opened");
  }

  @Test
  void refusesAnOlderApi() throws Exception {
    assertThat(open("5.0.0"))
        .hasSize(2)
        .allMatch(
            line ->
                line.matches(
                    "refused, at 0 lines of a trace: JUnit's parts have different versions: junit-jupiter-api is 5\\.0\\.0 \\(/.*/other\\.jar\\),"
                        + " junit-jupiter-engine is "
                        + Pattern.quote(VERSION)
                        + " \\(/.*/junit-jupiter-engine-.*\\.jar\\)\\. They do not fit together, so no test can run\\."
                        + " Give all parts of JUnit one version\\. Maven: import org\\.junit:junit-bom .* Gradle: .*"));
  }

  @Test
  void refusesAnotherMajorVersion() throws Exception {
    assertThat(open("99.0.0"))
        .hasSize(2)
        .allMatch(line -> line.contains("refused") && line.contains("junit-jupiter-api is 99.0.0"));
  }

  @Test
  void warnsOnceOfANewerApi() throws Exception {
    String newer = VERSION.substring(0, VERSION.indexOf('.')) + ".99.0";
    List<String> output = open(newer);
    assertThat(output).hasSize(3);
    assertThat(output.get(0))
        .startsWith(
            "WARNING JUnit's parts have different versions: junit-jupiter-api is " + newer + " (/")
        .contains("), junit-jupiter-engine is " + VERSION + " (/", "). Give all parts of JUnit one")
        .doesNotContain("do not fit");
    assertThat(output.subList(1, 3)).containsOnly("opened");
  }

  @Test
  void warnsOfAVersionThatIsNoNumber() throws Exception {
    assertThat(open("DEVELOPMENT").get(0))
        .startsWith("WARNING JUnit's parts have different versions: junit-jupiter-api is DEVELOP");
  }

  @Test
  void saysNothingOfAnUnknownVersion() throws Exception {
    assertThat(open(null)).containsExactly("opened", "opened");
  }

  /** The console's jar of JUnit 5 has the version of the platform, which counts from 1. */
  @Test
  void knowsThatJupiter5IsPartOfPlatform1() throws Exception {
    assertThat(open(VERSION.replaceFirst("^5\\.", "1."))).containsExactly("opened", "opened");
  }

  /** As in a project with TestNG that uses freeport-testcontainers, which brings this module. */
  @Test
  void portsAreHeldWithoutJUnit() throws Exception {
    String classPath =
        entries()
            .filter(entry -> !entry.contains("junit-jupiter") && !entry.contains("junit-platform"))
            .collect(Collectors.joining(File.pathSeparator));
    try (ChildJvm child =
        ChildJvm.start(Map.of(), List.of(), List.of(), classPath, HoldsPort.class)) {
      assertThat(child.readToEnd()).containsExactly("HELD");
      assertThat(child.waitFor()).isZero();
    }
  }

  /**
   * Opens two sessions in a JVM of its own.
   *
   * @param version of Jupiter's API; null for none
   */
  private List<String> open(@Nullable String version) throws Exception {
    List<String> entries = entries().collect(Collectors.toList());
    entries.replaceAll(entry -> isApi(entry) ? copy(Path.of(entry), version).toString() : entry);
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            List.of(),
            List.of(),
            String.join(File.pathSeparator, entries),
            OpensSessions.class)) {
      List<String> output = child.readToEnd();
      assertThat(child.waitFor()).isZero();
      return output;
    }
  }

  private static Stream<String> entries() {
    return Arrays.stream(ChildJvm.classPath().split(Pattern.quote(File.pathSeparator), -1));
  }

  private static boolean isApi(String entry) {
    return Path.of(entry).getFileName().toString().startsWith("junit-jupiter-api-");
  }

  private Path copy(Path jar, @Nullable String version) {
    Path copy = directory.resolve("other.jar");
    try (JarInputStream in = new JarInputStream(Files.newInputStream(jar))) {
      Manifest manifest = new Manifest(in.getManifest());
      Attributes attributes = manifest.getMainAttributes();
      attributes.remove(Attributes.Name.IMPLEMENTATION_VERSION);
      if (version != null) {
        attributes.put(Attributes.Name.IMPLEMENTATION_VERSION, version);
      }
      try (OutputStream file = Files.newOutputStream(copy);
          JarOutputStream out = new JarOutputStream(file, manifest)) {
        for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
          out.putNextEntry(new JarEntry(entry.getName()));
          in.transferTo(out);
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return copy;
  }

  static final class OpensSessions {

    private static final Logger OURS = Logger.getLogger("io.freeport");

    public static void main(String[] args) {
      OURS.setUseParentHandlers(false);
      OURS.addHandler(
          new Handler() {
            @Override
            public void publish(LogRecord logged) {
              System.out.println(logged.getLevel() + " " + logged.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
          });
      for (int i = 0; i < 2; i++) {
        try {
          LauncherFactory.openSession().close();
          System.out.println("opened");
        } catch (JUnitException e) {
          System.out.println(
              "refused, at " + e.getStackTrace().length + " lines of a trace: " + e.getMessage());
        }
      }
    }
  }

  static final class HoldsPort {
    public static void main(String[] args) {
      try (PortAllocator allocator = PortAllocator.create();
          HeldPort port = allocator.hold()) {
        System.out.println(port.state());
      }
    }
  }
}
