package io.freeport.cli.doctor;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Info;
import io.freeport.docker.internal.DockerJavaEngine;
import io.freeport.docker.internal.EngineAddress;
import io.freeport.docker.internal.TestcontainersSearch;
import io.freeport.docker.internal.TestcontainersSearch.Place;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Checks whether the tests of a module ask the engine that the command line asks. Without
 * Testcontainers they do: FreePort finds it for them in the same way.
 */
final class TestsEngineCheck {

  private static final String ABOUT = "Testcontainers";
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final EngineAddress ours;
  private final TestcontainersSearch testcontainers;

  private TestsEngineCheck(EngineAddress ours, TestcontainersSearch testcontainers) {
    this.ours = ours;
    this.testcontainers = testcontainers;
  }

  /**
   * Compares the two engines.
   *
   * @param isUsed whether the module has Testcontainers; without it, its settings still may tell
   * @return nothing if there is nothing to tell
   */
  static Optional<CheckResult> run(
      EngineAddress ours, TestcontainersSearch testcontainers, boolean isUsed) {
    if (!isUsed && !testcontainers.namesAnEngine()) {
      return Optional.empty();
    }
    TestsEngineCheck check = new TestsEngineCheck(ours, testcontainers);
    Optional<Place> tests = testcontainers.engine();
    if (tests.isEmpty()) {
      return check.answers() ? Optional.of(check.none()) : Optional.empty();
    }
    if (!check.isSame(tests.get())) {
      return Optional.of(check.differs(tests.get()));
    }
    return isUsed
        ? Optional.of(CheckResult.ok(ABOUT, "asks the same engine (" + tests.get().origin() + ")"))
        : Optional.empty();
  }

  private boolean answers() {
    return TestcontainersSearch.accepts(ours.uri().toString());
  }

  private CheckResult none() {
    return CheckResult.warn(
        ABOUT,
        "finds no engine: it does not look where " + ours + " is",
        "To have the tests ask that one, set " + setting() + ".");
  }

  private CheckResult differs(Place tests) {
    String advice = "To ask the engine of the tests, use --engine " + tests.address() + ".";
    if (answers()) {
      advice +=
          " To have the tests ask the other one, "
              + (tests.origin().startsWith(TestcontainersSearch.FIRST)
                  ? "remove " + tests.origin() + "."
                  : "set " + setting() + ".");
    }
    return CheckResult.warn(
        ABOUT,
        "asks " + tests.address() + " (" + tests.origin() + "), and this command line " + ours,
        advice);
  }

  private String setting() {
    return "DOCKER_HOST="
        + ours.uri()
        + ", or docker.host="
        + ours.uri()
        + " in "
        + testcontainers.file();
  }

  /** One engine can have several addresses, as Docker Desktop's has. */
  private boolean isSame(Place tests) {
    if (ours.uri().toString().equals(tests.address())) {
      return true;
    }
    try {
      EngineAddress theirs = EngineAddress.at(tests.address(), tests.origin());
      Optional<Path> socket = socket(ours.uri());
      return (socket.isPresent() && socket.equals(socket(theirs.uri()))) || isSameDaemon(theirs);
    } catch (IllegalArgumentException unreadable) {
      return false;
    }
  }

  private boolean isSameDaemon(EngineAddress theirs) {
    Optional<String> identity = identity(ours);
    return identity.isPresent() && identity.equals(identity(theirs));
  }

  /** Returns what tells the file of a socket from others, whatever its path is. */
  private static Optional<Path> socket(URI address) {
    try {
      return "unix".equals(address.getScheme())
          ? Optional.of(Path.of(address.getPath()).toRealPath())
          : Optional.empty();
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  /** Returns what an engine says that it is; nothing if it says nothing, or does not answer. */
  private static Optional<String> identity(EngineAddress address) {
    try (DockerClient client = DockerJavaEngine.connect(address, PATIENCE)) {
      Info info = client.infoCmd().exec();
      return info.getId() == null || info.getId().isEmpty()
          ? Optional.empty()
          : Optional.of(info.getId() + " " + info.getName());
    } catch (IOException | RuntimeException noAnswer) {
      return Optional.empty();
    }
  }
}
