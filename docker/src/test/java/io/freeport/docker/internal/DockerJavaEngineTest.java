package io.freeport.docker.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import io.freeport.PortHandoffException;
import io.freeport.docker.testing.FakeEngine;
import io.freeport.docker.testing.FakeEngine.Answer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What answers at the address of an engine need not be one. */
class DockerJavaEngineTest {

  private FakeEngine engine;
  private DockerClient client;

  @BeforeEach
  void start() throws IOException {
    engine = new FakeEngine();
    client =
        DockerJavaEngine.client(
            DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(engine.address())
                .withDockerTlsVerify(false)
                .build(),
            Duration.ofMinutes(2));
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    engine.close();
  }

  @Test
  void readsAnAnswerWithoutEndUpToALimit() {
    engine.body =
        request -> Stream.iterate("[{}", last -> ",{\"Image\": \"" + "x".repeat(1000) + "\"}");
    assertThat(
            catchThrowable(
                () ->
                    EngineCall.run(
                        client.listContainersCmd()::exec,
                        Duration.ofMinutes(2),
                        "The engine",
                        "A container was to be started")))
        .isNotInstanceOf(PortHandoffException.class) // it was reached
        .hasMessageContaining(
            "The Docker engine's answer is longer than 16 MiB. Is it an engine that answers at its address?");
  }

  /** Forbidden: the answer is closed by reading on to its end. */
  @Test
  void leavesOutWhatFollowsAnAnswer() {
    engine.body = request -> Stream.iterate("[{}]", last -> " ".repeat(1000));
    assertThat(client.listContainersCmd().exec()).hasSize(1);
  }

  @Test
  void usesItsConnectionAgain() {
    for (int i = 0; i < 20; i++) {
      client.listContainersCmd().exec();
    }
    assertThat(engine.clients).hasSize(1);
  }

  @Test
  void cutsAnErrorWithoutEnd() {
    engine.fault = request -> new Answer(500, "disk full");
    engine.body = request -> Stream.generate(() -> "disk full, ");
    assertThatExceptionOfType(InternalServerErrorException.class)
        .isThrownBy(client.listContainersCmd()::exec)
        .withMessageStartingWith("Status 500: disk full, disk full, ")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(5000));
  }

  @Test
  void refusesAnAnswerThatIsTooDeep() {
    engine.body = request -> Stream.of("[{\"Id\": \"0\", \"Names\": ", "[".repeat(1_000_000));
    assertThat(catchThrowable(client.listContainersCmd()::exec))
        .isNotInstanceOf(StackOverflowError.class)
        .hasMessageContaining("nesting depth");
  }

  @Test
  void readsAListAsLongAsThatOfALargeEngine() {
    for (int i = 0; i < 5000; i++) {
      Map<String, Object> container = FakeEngine.container("0".repeat(64), Map.of());
      container.put("Command", "x".repeat(2000));
      engine.containers.add(container);
    }
    assertThat(client.listContainersCmd().exec()).hasSize(5000);
  }
}
