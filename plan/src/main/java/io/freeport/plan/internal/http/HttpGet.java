package io.freeport.plan.internal.http;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends GET requests to services of this host, without a proxy. Whoever answers may go on for ever:
 * no more is read than is needed.
 */
public final class HttpGet {

  /** An answer of ours has some 100 bytes for each service. */
  private static final int LONGEST_BODY = 256 * 1024;

  /** Shared by the JVM: each client has a thread, which Java 17 cannot end. */
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).build();

  private HttpGet() {}

  /**
   * Returns the status. The body is not read: it may be a stream of events.
   *
   * @param timeout limits the time until the headers are there
   * @throws ExecutionException if the request fails; the cause says why
   * @throws TimeoutException if there is no status in time
   */
  public static int status(URI uri, Duration timeout)
      throws ExecutionException, TimeoutException, InterruptedException {
    return send(uri, timeout, head -> new LimitedBody(0)).statusCode();
  }

  /**
   * Returns the body of an answer with status 200; an empty one for any other status.
   *
   * @param timeout limits the whole exchange; that of an {@link HttpRequest} ends with the headers
   * @throws ExecutionException if the request fails, or the body is too long; the cause says why
   * @throws TimeoutException if the answer is not complete in time
   */
  public static String body(URI uri, Duration timeout)
      throws ExecutionException, TimeoutException, InterruptedException {
    return send(uri, timeout, head -> new LimitedBody(head.statusCode() == 200 ? LONGEST_BODY : 0))
        .body();
  }

  private static HttpResponse<String> send(
      URI uri, Duration timeout, HttpResponse.BodyHandler<String> handler)
      throws ExecutionException, TimeoutException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        CLIENT.sendAsync(HttpRequest.newBuilder(uri).build(), handler);
    try {
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      answer.cancel(true);
    }
  }
}
