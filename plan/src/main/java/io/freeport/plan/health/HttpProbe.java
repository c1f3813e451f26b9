package io.freeport.plan.health;

import io.freeport.plan.internal.http.HttpGet;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Checks a service of this host by an HTTP request. */
final class HttpProbe {

  private static final Pattern LOCALHOST = Pattern.compile("(?i)^(http://)localhost(?=[:/?#]|$)");

  private HttpProbe() {}

  static Health answers(URI uri, int status, Duration timeout) {
    long start = System.nanoTime();
    List<String> failures = new ArrayList<>();
    for (URI address : addressesOf(uri)) {
      try {
        int actual = HttpGet.status(address, timeout.minusNanos(System.nanoTime() - start));
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
          break; // a server answered
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
   * The client tries only one address of a name, but a server at localhost may listen on IPv6
   * alone, as development servers of Node do. With TLS the name stays: the certificate may be for
   * it only.
   */
  private static List<URI> addressesOf(URI uri) {
    Matcher named = LOCALHOST.matcher(uri.toString());
    return named.find()
        ? Stream.of("127.0.0.1", "[::1]")
            .map(address -> URI.create(named.replaceFirst("$1" + address)))
            .toList()
        : List.of(uri);
  }
}
