package io.freeport.plan.http;

import io.freeport.PortRange;
import io.freeport.internal.os.SmallFile;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.PortPlan;
import io.freeport.plan.health.HealthCheck;
import io.freeport.plan.internal.file.Spelling;
import io.freeport.plan.internal.http.HttpGet;
import io.freeport.plan.internal.http.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gets the ports of services from a {@link PortsServer} in another process, or from defaults if
 * there is none.
 *
 * <p>The server is looked for at a given URL, at that of the environment variable {@code
 * FREEPORT_API} or the system property {@code freeport.api}, at that in a file, and on a range of
 * ports of this host, in this order. The client checks that the server is FreePort's and, if a plan
 * is given, that it serves the same plan.
 *
 * <p>It is immutable: discover again after services have moved. It may be used from any thread.
 *
 * @since 0.1.0
 */
public final class PortsClient {

  /** The place where a client found its ports. */
  public enum Source {
    /** The given URL. */
    URL,
    /** The variable {@code FREEPORT_API}, or the property {@code freeport.api}. */
    ENVIRONMENT,
    /** The given file. */
    FILE,
    /** A server was found by asking one port after the other. */
    SCAN,
    /** No server was found. */
    DEFAULTS
  }

  private record Candidate(Source source, String url) {}

  private final Source source;
  private final Optional<URI> uri;
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Map<String, String> urls = new LinkedHashMap<>();

  private PortsClient(Source source, @Nullable URI uri, Map<?, ?> data) {
    this.source = source;
    this.uri = Optional.ofNullable(uri);
    data.forEach(
        (name, value) -> {
          if (value instanceof Integer port && port > 0 && port <= PortRange.HIGHEST_PORT) {
            ports.put(String.valueOf(name), port);
          }
        });
    if (data.get("urls") instanceof Map<?, ?> map) {
      map.forEach(
          (name, url) -> {
            if (url instanceof String text) {
              urls.put(String.valueOf(name), text);
            }
          });
    }
  }

  /**
   * Looks for a server at the usual places.
   *
   * @return its ports; no ports if there is no server
   */
  public static PortsClient discover() {
    return builder().discover();
  }

  /**
   * Prepares a search.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the place where the ports were found.
   *
   * @return the place at which a server was found
   */
  public Source source() {
    return source;
  }

  /**
   * Returns the server.
   *
   * @return its address; empty if none was found
   */
  public Optional<URI> uri() {
    return uri;
  }

  /**
   * Returns all ports.
   *
   * @return from the names of services to ports
   */
  public Map<String, Integer> ports() {
    return Collections.unmodifiableMap(ports);
  }

  /**
   * Returns the port of a service.
   *
   * @param service its name
   * @return the number
   * @throws IllegalArgumentException if neither the server nor the defaults have it
   */
  public int port(String service) {
    Integer port = ports.get(service);
    if (port == null) {
      throw new IllegalArgumentException(
          "No port is known for service \""
              + service
              + "\" ("
              + uri.map(URI::toString).orElse("no server was found, and there is no such default")
              + ")."
              + Spelling.suggest(service, ports.keySet()));
    }
    return port;
  }

  /**
   * Returns the address of a service.
   *
   * @param service its name
   * @return its URL; empty if the server has none for it
   */
  public Optional<String> url(String service) {
    return Optional.ofNullable(urls.get(service));
  }

  /**
   * Builds a {@link PortsClient}.
   *
   * @since 0.1.0
   */
  public static final class Builder {

    private @Nullable String url;
    private @Nullable Path file;
    private @Nullable String plan;
    private PortRange range = PortsServer.RANGE;
    private Map<String, Integer> defaults = Map.of();
    private Duration timeout = Duration.ofSeconds(1);

    private Builder() {}

    /**
     * Says where the server is.
     *
     * @param url for example {@code http://127.0.0.1:17600}
     * @return this
     */
    public Builder url(String url) {
      this.url = url;
      return this;
    }

    /**
     * Says in which file the server's URL is.
     *
     * @param file need not exist
     * @return this
     */
    public Builder file(Path file) {
      this.file = file;
      return this;
    }

    /**
     * Accepts only a server for the same plan; without this call any of FreePort's is.
     *
     * @param plan from the same files as the server's
     * @return this
     */
    public Builder plan(PortPlan plan) {
      this.plan = plan.id();
      return this;
    }

    /**
     * Sets which ports of this host are asked in the end; without this call those on which servers
     * listen that found one free there.
     *
     * @param first the lowest
     * @param last the highest, included
     * @return this
     */
    public Builder scan(int first, int last) {
      this.range = new PortRange(first, last);
      return this;
    }

    /**
     * Sets the ports to use if there is no server.
     *
     * @param defaults from the names of services to ports
     * @return this
     */
    public Builder defaults(Map<String, Integer> defaults) {
      this.defaults = Map.copyOf(defaults);
      return this;
    }

    /**
     * Sets how long to wait for the answer at each place; one second by default.
     *
     * @param timeout more than zero
     * @return this
     */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /**
     * Looks for the server.
     *
     * @return the ports of the first server that is found, else the defaults
     */
    public PortsClient discover() {
      Stream<Candidate> named =
          Stream.of(
                  new Candidate(Source.URL, url == null ? "" : url),
                  new Candidate(Source.ENVIRONMENT, ofSettings()),
                  new Candidate(Source.FILE, ofFile()))
              .filter(candidate -> !candidate.url.isBlank());
      Stream<Candidate> scanned =
          IntStream.rangeClosed(range.first(), range.last())
              .filter(port -> HealthCheck.tcp(port, timeout).check().healthy())
              .mapToObj(port -> new Candidate(Source.SCAN, "http://127.0.0.1:" + port));
      return Stream.concat(named, scanned)
          .flatMap(candidate -> ask(candidate).stream())
          .findFirst()
          .orElseGet(() -> new PortsClient(Source.DEFAULTS, null, defaults));
    }

    private static String ofSettings() {
      String set = Settings.ofThisJvm().get(SettingKeys.API);
      return set == null ? "" : set;
    }

    private String ofFile() {
      try {
        return file == null ? "" : SmallFile.read(file).strip();
      } catch (IOException none) {
        return "";
      }
    }

    private Optional<PortsClient> ask(Candidate candidate) {
      try {
        URI uri = URI.create(candidate.url.replaceFirst("/+$", ""));
        Map<?, ?> health = get(uri, "/api/health");
        if (PortsServer.APPLICATION.equals(health.get("application"))
            && (plan == null || plan.equals(health.get("plan")))
            && get(uri, "/api/ports").get("data") instanceof Map<?, ?> data) {
          return Optional.of(new PortsClient(candidate.source, uri, data));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (IllegalArgumentException | ExecutionException | TimeoutException notThere) {
        // try the next one
      }
      return Optional.empty();
    }

    private Map<?, ?> get(URI uri, String path)
        throws ExecutionException, TimeoutException, InterruptedException {
      return Json.readObject(HttpGet.body(URI.create(uri + path), timeout));
    }
  }
}
