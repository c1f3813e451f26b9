package io.freeport.docker.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of an engine without an answer is about the one that was asked. */
class EngineAddressTest {

  @TempDir private Path folder;

  private String trouble(String host, String context) throws Exception {
    Map<String, String> environment =
        Map.of("DOCKER_HOST", host, "DOCKER_CONTEXT", context, "DOCKER_CONFIG", folder.toString());
    try (ChildJvm jvm = ChildJvm.start(environment, List.of(), Child.class)) {
      return jvm.readLine();
    }
  }

  @Test
  void tellsWhichAddressCannotBeRead() throws Exception {
    assertThat(trouble("unix://var/run/docker.sock", ""))
        .startsWith("DOCKER_HOST: expected the address of a Docker engine, ")
        .endsWith("but was \"unix://var/run/docker.sock\"");
  }

  @Test
  void looksAtTheSocketOfTheContext() throws Exception {
    Path socket = folder.resolve("engine.sock");
    byte[] hash = MessageDigest.getInstance("SHA-256").digest("work".getBytes(UTF_8));
    Path meta = folder.resolve("contexts/meta").resolve(HexFormat.of().formatHex(hash));
    Files.createDirectories(meta);
    Files.writeString(
        meta.resolve("meta.json"),
        "{\"Name\":\"work\",\"Endpoints\":{\"docker\":{\"Host\":\"unix://" + socket + "\"}}}");
    String missing = "there is no " + socket + ", where the Docker engine should be";
    assertThat(trouble("", "work")).isEqualTo(missing);
    Files.writeString(folder.resolve("config.json"), "{\"currentContext\":\"work\"}");
    assertThat(trouble("", "")).isEqualTo(missing);
    assertThat(trouble("unix:///nonexistent.sock", "work"))
        .isEqualTo("there is no /nonexistent.sock, where the Docker engine should be");
  }

  /** Says what the trouble is. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) {
      System.out.println(Engine.trouble());
    }
  }
}
