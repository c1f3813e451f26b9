package io.freeport.plan;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Asks by HTTP, without any proxy: it is about services of this host. */
final class HttpProbe {

  /** One for the JVM: each has a thread of its own, which Java 17 cannot be told to end. */
  private static final class Client {
    static final HttpClient INSTANCE =
        HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
  }

  private static final Pattern LOCALHOST = Pattern.compile("(?i)^(http://)localhost(?=[:/?#]|$)");

  private HttpProbe() {}

  static Health answers(URI uri, int status, Duration timeout) {
    long start = System.nanoTime();
    List<String> failures = new ArrayList<>();
    for (URI address : addressesOf(uri)) {
      try {
        int actual = get(address, timeout.minusNanos(System.nanoTime() - start)).statusCode();
        return Health.of(
            actual == status,
            "GET "
                + uri
                + " answered "
                + actual
                + (actual == status ? "" : ", expected was " + status));
      } catch (ExecutionException e) {
        failures.add(address.getAuthority() + ": " + e.getCause());
        if (!(e.getCause() instanceof ConnectException)) {
          break; // somebody is there
        }
      } catch (TimeoutException e) {
        return Health.of(
            false, "GET " + uri + " was not answered within " + timeout.toMillis() + " ms");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Health.of(false, "GET " + uri + " was interrupted");
      }
    }
    return Health.of(false, "GET " + uri + " failed: " + String.join(", ", failures));
  }

  /**
   * The client tries one address of a name only, but what is to be found at localhost may listen on
   * IPv6 alone, as development servers of Node do. By TLS a server may be known by its name only.
   */
  private static List<URI> addressesOf(URI uri) {
    Matcher named = LOCALHOST.matcher(uri.toString());
    return named.find()
        ? Stream.of("127.0.0.1", "[::1]")
            .map(address -> URI.create(named.replaceFirst("$1" + address)))
            .toList()
        : List.of(uri);
  }

  /** The timeout is for the whole answer: a request's own one ends with the headers. */
  static HttpResponse<String> get(URI uri, Duration timeout)
      throws ExecutionException, TimeoutException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        Client.INSTANCE.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    try {
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      answer.cancel(true);
    }
  }
}
