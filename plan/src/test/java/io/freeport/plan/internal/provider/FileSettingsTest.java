package io.freeport.plan.internal.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file says beside its services holds for all of FreePort in a JVM that runs there. */
class FileSettingsTest {

  @TempDir Path directory;

  private List<String> settings(Map<String, String> environment) throws Exception {
    Files.writeString(
        directory.resolve("freeport.yaml"),
        """
        retries: 2
        reaper: off
        reaper.timeout: 3s
        services: {web: }
        environments:
          ci:
            reaper.age: 2h
        """);
    try (ChildJvm child =
        ChildJvm.start(
            environment,
            List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", directory.toString()),
            List.of(),
            ChildJvm.classPath(),
            Child.class)) {
      List<String> lines = child.readToEnd();
      assertThat(child.waitFor()).isZero();
      return lines;
    }
  }

  @Test
  void areThoseOfTheDirectory() throws Exception {
    assertThat(settings(Map.of("FREEPORT_ENVIRONMENT", "test")))
        .containsExactly("starts 3", "reaper off", "reaper.timeout 3s", "reaper.age null");
  }

  @Test
  void areThoseOfTheEnvironmentAndComeAfterVariables() throws Exception {
    assertThat(
            settings(
                Map.of(
                    "FREEPORT_ENVIRONMENT", "ci",
                    "FREEPORT_RETRIES", "0",
                    "FREEPORT_REAPER", "dry-run")))
        .containsExactly("starts 1", "reaper dry-run", "reaper.timeout 3s", "reaper.age 2h");
  }

  /** Starts a server that never has its port, since somebody else is always faster. */
  static final class Child {
    public static void main(String[] args) throws IOException {
      List<ServerSocket> thieves = new ArrayList<>();
      try (PortAllocator allocator = PortAllocator.create()) {
        allocator.startOn(
            PortRequest.any(),
            port -> {
              thieves.add(new ServerSocket(port.number()));
              return new ServerSocket(port.number());
            });
      } catch (BindException tooOften) {
        System.out.println("starts " + thieves.size());
      }
      for (ServerSocket thief : thieves) {
        thief.close();
      }
      for (String key : List.of("reaper", "reaper.timeout", "reaper.age")) {
        System.out.println(key + " " + Settings.ofThisJvm().text("freeport." + key));
      }
    }
  }
}
