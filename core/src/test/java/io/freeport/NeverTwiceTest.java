package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.internal.hold.Hold;
import io.freeport.testing.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody else, who shares no record with this JVM, holds a port whose former connections are in
 * TIME_WAIT, and has offered it. A bind with SO_REUSEADDR would succeed beside that hold.
 */
@EnabledOnOs(OS.LINUX)
class NeverTwiceTest {

  private final PortAllocator allocator = PortAllocator.create();
  private int number;

  @TempDir Path directory;

  @BeforeEach
  void leaveInTimeWait() throws IOException {
    try (HeldPort port = allocator.hold()) {
      number = port.number();
    }
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(number, 1, loopback);
        Socket client = new Socket(loopback, number);
        Socket accepted = server.accept()) {
      accepted.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @AfterEach
  void release() {
    allocator.close();
  }

  private void assertTaken() {
    assertThatExceptionOfType(PortUnavailableException.class)
        .isThrownBy(() -> allocator.hold(strict(number)));
  }

  static PortRequest strict(int number) {
    return PortRequest.named("web").preferred(number).strict().build();
  }

  @Test
  void byAnotherFolderForRecords() throws Exception {
    holdsElsewhere(List.of(), List.of("-Dfreeport.dir=" + directory.resolve("a")), "");
  }

  @Test
  void byAnotherTemporaryFolder() throws Exception {
    holdsElsewhere(
        List.of(),
        List.of("-Djava.io.tmpdir=" + Files.createDirectory(directory.resolve("t"))),
        "");
  }

  /** Its hold on all addresses is one on all IPv4 addresses. */
  @Test
  void byAJvmWithoutIpv6() throws Exception {
    holdsElsewhere(
        List.of(),
        List.of("-Djava.net.preferIPv4Stack=true", "-Dfreeport.dir=" + directory.resolve("a")),
        "");
  }

  @Test
  void byAnotherUser(@TempDir Path copies) throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/setpriv"))
            && "root".equals(System.getProperty("user.name")),
        "only root can become another user, by setpriv");
    holdsElsewhere(
        List.of("/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
        List.of(),
        ChildJvm.copyOfClassPath(copies));
  }

  private void holdsElsewhere(List<String> launcher, List<String> options, String classPath)
      throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(),
            launcher,
            options,
            classPath.isEmpty() ? ChildJvm.classPath() : classPath,
            Holds.class,
            number)) {
      for (String state : List.of("HELD", "OFFERED", "HELD")) {
        assertThat(child.readLine()).isEqualTo(state);
        assertTaken();
        child.send("go on");
      }
    }
    try (HeldPort port = allocator.hold(strict(number))) {
      assertThat(port.number()).as("after its end").isEqualTo(number);
    }
  }

  static final class Holds {
    private Holds() {}

    public static void main(String[] args) throws IOException {
      HeldPort port = PortAllocator.create().hold(strict(Integer.parseInt(args[0])));
      System.out.println(port.state());
      awaitLine();
      port.offer();
      System.out.println(port.state());
      awaitLine();
      port.serverSocket().close();
      port.reclaim();
      System.out.println(port.state());
      awaitLine();
    }

    private static void awaitLine() throws IOException {
      int read = System.in.read();
      while (read >= 0 && read != '\n') {
        read = System.in.read();
      }
    }
  }

  /** As plugin hosts and some frameworks load it: FreePort twice in one JVM. */
  @Test
  void byAnotherClassLoader() throws Exception {
    URL[] classPath =
        Stream.of(ChildJvm.classPath().split(File.pathSeparator))
            .map(Path::of)
            .map(Path::toUri)
            .map(NeverTwiceTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader loader =
        new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      Class<?> other = loader.loadClass(OtherLoader.class.getName());
      assertThat(other).isNotSameAs(OtherLoader.class);
      try (AutoCloseable held =
          (AutoCloseable) other.getConstructor(int.class).newInstance(number)) {
        assertThat(held).isNotNull();
        assertTaken();
        assertThatNoException()
            .as("the control, which is how it was held once: this is twice")
            .isThrownBy(() -> Hold.shared(null, number).close());
      }
    }
    allocator.hold(strict(number));
  }

  private static URL url(URI uri) {
    try {
      return uri.toURL();
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  public static final class OtherLoader implements AutoCloseable {

    private final PortAllocator allocator = PortAllocator.create();

    public OtherLoader(int number) {
      allocator.hold(strict(number)).offer();
    }

    @Override
    public void close() {
      allocator.close();
    }
  }

  /** The first one's server has stopped; the second one has the port by now. */
  @Test
  void byReclaimingBesideAnother() throws Exception {
    HeldPort first = allocator.hold(strict(number));
    first.offer();
    try (ServerSocket server = new ServerSocket(number)) {
      assertThat(first.confirm()).isTrue();
      assertThat(server.isBound()).isTrue();
    }
    try (PortAllocator other = PortAllocator.create()) {
      other.hold(strict(number)).offer();
      assertThatExceptionOfType(PortUnavailableException.class).isThrownBy(first::reclaim);
      assertThat(first.state()).isEqualTo(PortState.TAKEN);
    }
    first.reclaim();
  }
}
