package io.freeport.docker.internal;

import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.spi.SettingsSource;

/**
 * The configuration, the owners and the engine that the parts of this module work with. Services
 * and public builders take those of this JVM, and hand them on.
 *
 * @param engine how ports pass to the one engine that is found in this JVM
 */
public record DockerContext(Settings settings, OwnerRegistry owners, EngineStrategy engine) {

  private static final EngineStrategy ENGINE_OF_THIS_JVM =
      new EngineStrategy(() -> "at " + Engine.uri());

  /**
   * Returns the context of this JVM, with its present configuration.
   *
   * @throws IllegalArgumentException if the configuration contains an unknown key
   */
  public static DockerContext ofThisJvm() {
    return of(Settings.ofThisJvm(), ENGINE_OF_THIS_JVM);
  }

  /** Returns a context in which another source of settings is asked, too. */
  public DockerContext with(SettingsSource source) {
    return of(settings.with(source), engine);
  }

  private static DockerContext of(Settings settings, EngineStrategy engine) {
    return new DockerContext(settings, OwnerRegistry.of(settings), engine);
  }

  public ContainerSettings containers() {
    return new ContainerSettings(settings);
  }
}
