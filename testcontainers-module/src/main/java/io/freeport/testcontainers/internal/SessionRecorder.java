package io.freeport.testcontainers.internal;

import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Sessions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;
import org.testcontainers.dockerclient.TransportConfig;

/**
 * Puts this JVM's session of Testcontainers on record when Testcontainers looks for its engine, so
 * before it creates anything there: networks carry the session, and no label of ours. It is a
 * strategy of that search, as Testcontainers makes all of them, and finds nothing.
 */
public final class SessionRecorder extends DockerClientProviderStrategy {

  private static final Logger LOGGER = System.getLogger(SessionRecorder.class.getName());

  /** Creates the recorder, for {@link java.util.ServiceLoader}. */
  public SessionRecorder() {
    try {
      DockerContext context = DockerContext.ofThisJvm();
      if (context.containers().labels()) {
        new Sessions(context.owners()).record(DockerClientFactory.SESSION_ID);
      }
    } catch (RuntimeException e) { // an invalid setting is said elsewhere; the search goes on
      LOGGER.log(Level.DEBUG, "Cannot record the session of Testcontainers", e);
    }
  }

  @Override
  public String getDescription() {
    return "no engine: it records the session for FreePort";
  }

  @Override
  protected boolean isApplicable() {
    return false;
  }

  @Override
  protected boolean isPersistable() {
    return false;
  }

  @Override
  public TransportConfig getTransportConfig() {
    throw new UnsupportedOperationException(getDescription());
  }
}
