package io.freeport.plan.internal.http;

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

/** Sends GET requests to services of this host, without a proxy. */
public final class HttpGet {

  /** Shared by the JVM: each client has a thread, which Java 17 cannot end. */
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();

  private HttpGet() {}

  /**
   * Returns the answer.
   *
   * @param timeout limits the whole exchange; that of an {@link HttpRequest} ends with the headers
   * @throws ExecutionException if the request fails; the cause says why
   * @throws TimeoutException if the answer is not complete in time
   */
  public static HttpResponse<String> send(URI uri, Duration timeout)
      throws ExecutionException, TimeoutException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        CLIENT.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    try {
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      answer.cancel(true);
    }
  }
}
