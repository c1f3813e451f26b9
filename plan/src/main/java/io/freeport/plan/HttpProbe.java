package io.freeport.plan;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks by HTTP, without any proxy: it is about services of this host. */
final class HttpProbe {

  /** One for the JVM: each has a thread of its own, which Java 17 cannot be told to end. */
  private static final class Client {
    static final HttpClient INSTANCE =
        HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();
  }

  private HttpProbe() {}

  static Health answers(URI uri, int status, Duration timeout) {
    try {
      int actual = get(uri, timeout).statusCode();
      return Health.of(
          actual == status,
          "GET "
              + uri
              + " answered "
              + actual
              + (actual == status ? "" : ", expected was " + status));
    } catch (ExecutionException e) {
      return Health.of(false, "GET " + uri + " failed: " + e.getCause());
    } catch (TimeoutException e) {
      return Health.of(
          false, "GET " + uri + " was not answered within " + timeout.toMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Health.of(false, "GET " + uri + " was interrupted");
    }
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
