package io.freeport.docker.internal;

import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What FreePort writes on containers, and what it respects of others. */
public final class Labels {

  /** The JVM that started the container, as {@link Owner#toString()} has it. */
  public static final String OWNER = "io.freeport.owner";

  /** What belongs to one project of Docker Compose. */
  public static final String COMPOSE_PROJECT = "com.docker.compose.project";

  /** What belongs to one JVM that uses Testcontainers, reusable containers left out. */
  public static final String TESTCONTAINERS_SESSION = "org.testcontainers.sessionId";

  /** What ties networks and volumes to containers. */
  public static final List<String> GROUPS = List.of(COMPOSE_PROJECT, TESTCONTAINERS_SESSION);

  private static final Set<String> OF_REUSABLE =
      Set.of("org.testcontainers.hash", "org.testcontainers.copied_files.hash");
  private static final String OF_RYUK = "org.testcontainers.ryuk";

  private enum Mode {
    ON,
    OFF
  }

  private Labels() {}

  /** Adds this JVM as the owner, unless {@code freeport.labels=off}. */
  public static void addOwnerTo(CreateContainerCmd create) {
    if (Settings.ofThisJvm().choice(SettingKeys.LABELS, Mode.ON) == Mode.OFF) {
      return;
    }
    addTo(create, OwnerRegistry.ofThisJvm().self());
  }

  public static void addTo(CreateContainerCmd create, Owner owner) {
    Map<String, String> labels = new OfContainer();
    if (create.getLabels() != null) {
      labels.putAll(create.getLabels());
    }
    labels.put(OWNER, owner.toString());
    create.withLabels(labels);
  }

  /** Returns why something is never to be removed, whoever owns it; null if there is no reason. */
  public static @Nullable String protection(Map<String, String> labels) {
    if (OF_REUSABLE.stream().anyMatch(labels::containsKey)) {
      return "it is a reusable container of Testcontainers, and outlives its JVM";
    }
    return labels.containsKey(OF_RYUK) ? "it is Ryuk, Testcontainers' own reaper" : null;
  }

  /**
   * Loses its owner as soon as Testcontainers marks the container as reusable. Nothing else tells
   * who modifies a create command that this will happen, and Testcontainers finds a container again
   * by a hash of all that is in the command up to then.
   */
  private static final class OfContainer extends HashMap<String, String> {

    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable String put(String key, String value) {
      if (OF_REUSABLE.contains(key)) {
        remove(OWNER);
      }
      return super.put(key, value);
    }
  }
}
