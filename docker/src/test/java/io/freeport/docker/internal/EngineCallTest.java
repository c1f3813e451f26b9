package io.freeport.docker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.freeport.PortHandoffException;
import io.freeport.docker.testing.FakeEngine;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Only failures of the connection say that the engine could not be reached. */
class EngineCallTest {

  private static final Duration AMPLE = Duration.ofMinutes(1);

  private static <T> T run(Callable<T> command) {
    return run(command, AMPLE);
  }

  private static <T> T run(Callable<T> command, Duration limit) {
    return EngineCall.run(command, limit, "The engine", "A container was to be started");
  }

  private static Callable<Object> throwing(Throwable failure) {
    return () -> {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (Exception) failure;
    };
  }

  @Nested
  class OfAClientOfDockerJava {

    @Test
    void nobodyListens() throws IOException {
      FakeEngine engine = new FakeEngine();
      try (DockerClient client = engine.connect()) {
        engine.close();
        assertThatExceptionOfType(PortHandoffException.class)
            .isThrownBy(() -> run(client.listContainersCmd()::exec))
            .withMessageStartingWith(
                "A container was to be started. The engine could not be reached: ")
            .withRootCauseInstanceOf(ConnectException.class);
      }
    }

    @Test
    void theEngineRefuses() throws IOException {
      try (FakeEngine engine = new FakeEngine();
          DockerClient client = engine.connect()) {
        assertThatExceptionOfType(NotFoundException.class)
            .isThrownBy(() -> run(client.inspectContainerCmd("0123456789ab")::exec));
      }
    }

    @Test
    void theAnswerCannotBeRead() throws IOException {
      try (FakeEngine engine = new FakeEngine();
          DockerClient client = engine.connect()) {
        Map<String, Object> odd = FakeEngine.container("0123456789ab", Map.of());
        odd.put("Created", "yesterday");
        engine.containers.add(odd);
        assertThat(catchThrowable(() -> run(client.listContainersCmd()::exec)))
            .isNotInstanceOf(PortHandoffException.class)
            .hasMessageContaining("yesterday");
      }
    }

    @Test
    void theClientIsClosed() throws IOException {
      try (FakeEngine engine = new FakeEngine()) {
        DockerClient client = engine.connect();
        client.close();
        assertThatExceptionOfType(IllegalStateException.class)
            .isThrownBy(() -> run(client.listContainersCmd()::exec))
            .isNotInstanceOf(PortHandoffException.class);
      }
    }
  }

  static Stream<Throwable> failuresOfTheConnection() {
    return Stream.of(
        new ConnectException("Connection refused"),
        new RuntimeException(new IOException("native connect() failed : No such file")),
        new RuntimeException(new EOFException()),
        new DockerClientException("pull failed", new IOException("Broken pipe")));
  }

  @ParameterizedTest
  @MethodSource
  void failuresOfTheConnection(Throwable failure) {
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(() -> run(throwing(failure)))
        .withMessage("A container was to be started. The engine could not be reached: " + failure)
        .withCause(failure);
  }

  static Stream<Throwable> failuresThatAreThrownAsTheyAre() {
    return Stream.of(
        new NullPointerException("a programming error"),
        new IllegalArgumentException("a bad argument"),
        new IllegalStateException("Connection pool shut down"),
        new NotFoundException("No such container"),
        new DockerClientException("Could not pull image"),
        new RuntimeException(new JsonMappingException(null, "Cannot deserialize")),
        new AssertionError("an error"),
        new StackOverflowError());
  }

  @ParameterizedTest
  @MethodSource
  void failuresThatAreThrownAsTheyAre(Throwable failure) {
    assertThat(catchThrowable(() -> run(throwing(failure)))).isSameAs(failure);
  }

  @Test
  void aChainThatLeadsBackIntoItselfEnds() {
    RuntimeException one = new RuntimeException("one");
    one.initCause(new RuntimeException("two", one));
    assertThat(catchThrowable(() -> run(throwing(one)))).isSameAs(one);
  }

  @Test
  void anotherCheckedException() {
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(() -> run(throwing(new ClassNotFoundException("a.B"))))
        .withMessage(
            "A container was to be started. The command failed: java.lang.ClassNotFoundException: a.B");
  }

  static List<Throwable> interruptedCalls() {
    return List.of(
        new InterruptedException("while waiting"),
        new RuntimeException(new InterruptedIOException("thread interrupted")),
        new RuntimeException(new ClosedByInterruptException()),
        new DockerClientException("", new InterruptedException()));
  }

  @ParameterizedTest
  @MethodSource
  void interruptedCalls(Throwable failure) {
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(() -> run(throwing(failure)))
        .withMessage(
            "A container was to be started. The engine was not waited for, since the call was interrupted: "
                + failure);
  }

  @Test
  void anInterruptedCaller() {
    CountDownLatch never = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(() -> run(waitingFor(never)))
        .withMessageContaining("was not waited for, since this thread was interrupted");
    assertThat(Thread.interrupted()).isTrue();
    never.countDown();
  }

  private static Callable<Object> waitingFor(CountDownLatch never) {
    return () -> {
      never.await();
      return "";
    };
  }

  @Test
  void noAnswerWithinTheTimeoutOfTheClient() {
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(
            () -> run(throwing(new RuntimeException(new SocketTimeoutException("Read timed out")))))
        .withMessageStartingWith(
            "A container was to be started. The engine did not answer in time: ");
  }

  @Test
  void noAnswerWithinTheLimit() {
    CountDownLatch never = new CountDownLatch(1);
    assertThatExceptionOfType(PortHandoffException.class)
        .isThrownBy(() -> run(waitingFor(never), Duration.ofMillis(10)))
        .withMessageStartingWith(
            "A container was to be started. The engine did not answer within 10 ms, as freeport.container.timeout has it");
    never.countDown();
  }
}
