package io.freeport.testcontainers;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.testing.Httpd;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;

/** {@link Httpd} as a container of Testcontainers. */
class HttpdContainer extends GenericContainer<HttpdContainer> {

  HttpdContainer() {
    super(Httpd.IMAGE);
    withCommand(Httpd.command());
    withStartupCheckStrategy(new IsRunningNow());
  }

  /**
   * Testcontainers' own checks share a limit of one a second, which would make of many starts
   * mostly a wait.
   */
  private static final class IsRunningNow extends StartupCheckStrategy {
    @Override
    public boolean waitUntilStartupSuccessful(DockerClient client, String containerId) {
      return checkStartupState(client, containerId) == StartupStatus.SUCCESSFUL;
    }

    @Override
    public StartupStatus checkStartupState(DockerClient client, String containerId) {
      return Boolean.TRUE.equals(getCurrentState(client, containerId).getRunning())
          ? StartupStatus.SUCCESSFUL
          : StartupStatus.FAILED;
    }
  }
}
