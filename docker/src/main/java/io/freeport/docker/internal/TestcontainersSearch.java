package io.freeport.docker.internal;

import io.freeport.internal.os.SmallFile;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where Testcontainers looks for the engine, told without it: 1.21 and 2.0 read the same variables
 * and files. They know nothing of Docker contexts.
 */
public final class TestcontainersSearch {

  /** An address, and what names it. */
  public record Place(String address, String origin) {}

  /** What comes before everything else, environment variables included. */
  public static final String FIRST = "tc.host";

  private static final String DEFAULT_SOCKET = "/var/run/docker.sock";
  private static final String UNIX = "unix://";
  private static final String DEFAULT = "default";
  private static final Place STANDARD = new Place(UNIX + DEFAULT_SOCKET, DEFAULT);
  private static final int PATIENCE_MILLIS = 2000;

  private final Map<String, String> environment;
  private final Path home;
  private final Path file;
  private final Properties properties;

  TestcontainersSearch(Map<String, String> environment, Path home) {
    this.environment = environment;
    this.home = home;
    file = home.resolve(".testcontainers.properties");
    properties = load(file);
  }

  public static TestcontainersSearch ofThisUser() {
    return new TestcontainersSearch(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /** What Testcontainers cannot read either, it goes on without. */
  private static Properties load(Path file) {
    Properties properties = new Properties();
    if (Files.isReadable(file)) {
      try {
        properties.load(new StringReader(SmallFile.read(file)));
      } catch (IOException | IllegalArgumentException e) {
        properties.clear();
      }
    }
    return properties;
  }

  /** Returns what switches Ryuk off, if anything does. */
  public Optional<String> ryukIsOffBy() {
    return setting("ryuk.disabled", "TESTCONTAINERS_RYUK_DISABLED")
        .filter(place -> Boolean.parseBoolean(place.address()))
        .map(Place::origin);
  }

  /** Returns the file in which a user names an engine to Testcontainers. */
  public Path file() {
    return file;
  }

  /** Returns whether its file names an engine. */
  public boolean namesAnEngine() {
    return properties.containsKey(FIRST) || properties.containsKey("docker.host");
  }

  /** Returns where the engine of the tests is: the first place that accepts a connection. */
  public Optional<Place> engine() {
    return places().stream().filter(place -> accepts(place.address())).findFirst();
  }

  /**
   * Returns the address of the local socket at which the tests find their engine.
   *
   * @return an empty string if there is no such socket, and nothing names an engine; null if only
   *     Testcontainers itself can find out
   */
  public @Nullable String socket() {
    if (ClassLoader.getSystemResource("testcontainers.properties") != null) {
      return null;
    }
    for (Place place : places()) {
      if (place.address().startsWith(UNIX) && accepts(place.address())) {
        return place.address();
      }
      boolean isMissing =
          place.origin().startsWith(DEFAULT) && !Files.exists(Path.of(DEFAULT_SOCKET));
      if (!isMissing) {
        return null; // something names it, or its file is there
      }
    }
    return "";
  }

  /** Returns where it looks for an engine, in its order. */
  public List<Place> places() {
    List<Place> places = new ArrayList<>();
    property(FIRST).ifPresent(places::add);
    boolean ignoresFile =
        setting("dockerconfig.source", "TESTCONTAINERS_DOCKERCONFIG_SOURCE")
            .filter(source -> source.address().equals("autoIgnoringUserProperties"))
            .isPresent();
    (ignoresFile ? variable("DOCKER_HOST") : setting("docker.host", "DOCKER_HOST"))
        .ifPresent(places::add);
    Optional<String> strategy =
        variable("TESTCONTAINERS_DOCKER_CLIENT_STRATEGY")
            .or(() -> setting("docker.client.strategy", "DOCKER_CLIENT_STRATEGY"))
            .map(Place::address);
    if (System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows")) {
      places.add(new Place("npipe:////./pipe/docker_engine", DEFAULT));
      return places;
    }
    // Where it found one last time, it looks first.
    if (strategy.filter(name -> name.endsWith(".UnixSocketClientProviderStrategy")).isPresent()) {
      places.add(new Place(STANDARD.address(), DEFAULT + ", docker.client.strategy of " + file));
    }
    rootless().ifPresent(socket -> places.add(new Place(UNIX + socket, "rootless Docker")));
    places.add(STANDARD);
    first(home.resolve(".docker/desktop"), home.resolve(".docker/run"))
        .ifPresent(socket -> places.add(new Place(UNIX + socket, "Docker Desktop")));
    return places;
  }

  private Optional<Path> rootless() {
    if (!Files.exists(Path.of("/proc/self"))) {
      return Optional.empty(); // it looks for one on Linux only
    }
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    return first(
        runtime.isBlank() ? null : Path.of(runtime),
        home.resolve(".docker/run"),
        Path.of("/run/user/" + user()));
  }

  private static Object user() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid", LinkOption.NOFOLLOW_LINKS);
    } catch (IOException | UnsupportedOperationException e) {
      return "unknown";
    }
  }

  private static Optional<Path> first(@Nullable Path... folders) {
    for (Path folder : folders) {
      if (folder != null && Files.exists(folder.resolve("docker.sock"))) {
        return Optional.of(folder.resolve("docker.sock"));
      }
    }
    return Optional.empty();
  }

  private Optional<Place> setting(String property, String variable) {
    return variable(variable).or(() -> property(property));
  }

  private Optional<Place> variable(String name) {
    return Optional.ofNullable(environment.get(name))
        .filter(value -> !value.isEmpty())
        .map(value -> new Place(value, name));
  }

  private Optional<Place> property(String name) {
    return Optional.ofNullable(properties.getProperty(name))
        .map(value -> new Place(value, name + " of " + file));
  }

  /** Returns whether somebody accepts connections at an address. */
  public static boolean accepts(String address) {
    try {
      URI uri = new URI(address);
      if ("unix".equals(uri.getScheme())) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
          channel.configureBlocking(false); // else it waits for an engine that accepts no more
          channel.connect(UnixDomainSocketAddress.of(uri.getPath()));
          return true;
        }
      }
      if ("npipe".equals(uri.getScheme())) {
        return true; // it cannot be seen without speaking to it
      }
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), PATIENCE_MILLIS);
        return true;
      }
    } catch (IOException | URISyntaxException | RuntimeException e) {
      return false; // whatever is wrong with the address, there is no engine
    }
  }
}
