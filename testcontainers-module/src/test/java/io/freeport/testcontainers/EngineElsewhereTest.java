package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineMode;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An engine that is taken to be local, and publishes elsewhere, as Docker Desktop and an engine in
 * a container do. Here it is the tests that are elsewhere: in a network namespace of their own, to
 * which the engine's socket is passed and its ports are not.
 */
@RequiresDocker
@Timeout(120)
class EngineElsewhereTest {

  private static final List<String> IN_A_NETWORK_OF_ITS_OWN =
      List.of("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh");

  @Test
  void isRecognisedByItsFirstStartAndThatIsSaidOnce() throws Exception {
    assumeThat(System.getProperty("user.name")).as("who may make a network").isEqualTo("root");
    assumeThat(Engine.uri().getScheme())
        .as("an engine that is reached from there")
        .isEqualTo("unix");
    try (ChildJvm child =
        ChildJvm.start(
            Map.of(
                "TESTCONTAINERS_HOST_OVERRIDE", "localhost", "FREEPORT_CONTAINER_HANDOFF", "auto"),
            IN_A_NETWORK_OF_ITS_OWN,
            List.of(),
            ChildJvm.classPath(),
            TellsItsEngineApart.class)) {
      TellsItsEngineApart.Result result = TellsItsEngineApart.Result.of(child);
      assertThat(result.mode()).isEqualTo(EngineMode.REMOTE);
      assertThat(result.log())
          .singleElement()
          .asString()
          .startsWith(
              "WARNING The Docker engine publishes ports elsewhere (it started a container, and nobody here listens on Port "
                  + result.ports().get(0)
                  + " ");
      assertThat(result.ports()).hasSize(2).doesNotHaveDuplicates();
      for (int port : result.ports()) {
        assertThat(Httpd.statusOf(port)).as("where the engine is").isEqualTo(404);
      }
      child.send("end");
      assertThat(child.waitFor()).isZero();
    }
  }
}
