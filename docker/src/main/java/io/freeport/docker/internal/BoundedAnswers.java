package io.freeport.docker.internal;

import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;

/**
 * Has the answers to a client end, also if what answers is no engine and sends for ever:
 * docker-java reads each answer into memory as a whole.
 */
public final class BoundedAnswers {

  /** Enough for a list of 8000 containers. */
  private static final int LONGEST_ANSWER = 16 << 20;

  /** It becomes the message of an exception. */
  private static final int LONGEST_ERROR = 1 << 12;

  private static final int FIRST_ERROR = 400;

  private static final int CHUNK = 1 << 12;

  private BoundedAnswers() {}

  /**
   * Returns a transport that reads a limited part of each answer. It is a proxy: javac warns of
   * annotations that docker-java does not bring, wherever the type of a request is named.
   */
  public static DockerHttpClient of(DockerHttpClient transport) {
    return (DockerHttpClient)
        Proxy.newProxyInstance(
            DockerHttpClient.class.getClassLoader(),
            new Class<?>[] {DockerHttpClient.class},
            (proxy, method, arguments) -> {
              try {
                Object result = method.invoke(transport, arguments);
                return result instanceof Response response ? bounded(response) : result;
              } catch (InvocationTargetException e) {
                throw e.getTargetException();
              }
            });
  }

  private static Response bounded(Response response) {
    InputStream body =
        response.getStatusCode() < FIRST_ERROR
            ? new Bounded(response.getBody(), LONGEST_ANSWER, true)
            : new Bounded(response.getBody(), LONGEST_ERROR, false);
    return new BoundedResponse(response, body);
  }

  private record BoundedResponse(Response response, InputStream body) implements Response {

    @Override
    public int getStatusCode() {
      return response.getStatusCode();
    }

    @Override
    public Map<String, List<String>> getHeaders() {
      return response.getHeaders();
    }

    @Override
    public InputStream getBody() {
      return body;
    }

    @Override
    public void close() {
      response.close();
    }
  }

  private static final class Bounded extends FilterInputStream {

    private final boolean hasToBeWhole;
    private int left;

    /** It must not be read again then. */
    private boolean ended;

    Bounded(InputStream in, int longest, boolean hasToBeWhole) {
      super(in);
      this.left = longest;
      this.hasToBeWhole = hasToBeWhole;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (ended || (left == 0 && !hasToBeWhole)) {
        return -1;
      }
      if (left == 0) {
        throwIfThereIsMore();
        return -1;
      }
      int count = in.read(target, offset, Math.min(length, left));
      ended = count < 0;
      left -= Math.max(0, count);
      return count;
    }

    private void throwIfThereIsMore() throws IOException {
      ended = in.read() < 0;
      if (!ended) {
        // No IOException: these say that the engine cannot be reached.
        throw new DockerClientException(
            "The Docker engine's answer is longer than "
                + (LONGEST_ANSWER >> 20)
                + " MiB. Is it an engine that answers at its address?");
      }
    }

    @Override
    public long skip(long count) throws IOException {
      return readNBytes((int) Math.min(count, CHUNK)).length;
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    /**
     * Reads on to an end that is near, so that the connection can be used again. The body itself
     * would look for its end for ever; the response, which docker-java closes next, does not.
     */
    @Override
    public void close() throws IOException {
      if (!ended) {
        readNBytes(Math.min(left, CHUNK));
      }
      if (ended) {
        super.close();
      }
      ended = true; // docker-java closes it twice
    }
  }
}
