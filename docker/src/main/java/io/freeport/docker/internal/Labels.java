package io.freeport.docker.internal;

import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.internal.owner.Owner;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The labels that FreePort writes on containers, and those of others that it respects. */
public final class Labels {

  /** The JVM that started the container, in the form of {@link Owner#toString()}. */
  public static final String OWNER = "io.freeport.owner";

  /**
   * The image that the container was to be made of. An image that was committed from the container
   * has another name.
   */
  public static final String IMAGE = "io.freeport.image";

  /** A container that only shows that its owner lives; see {@code internal.lease.Lease}. */
  public static final String LEASE = "io.freeport.lease";

  /** The JVM that uses Testcontainers. Reusable containers have no such label. */
  public static final String TESTCONTAINERS_SESSION = "org.testcontainers.sessionId";

  private static final Set<String> OF_REUSABLE =
      Set.of("org.testcontainers.hash", "org.testcontainers.copied_files.hash");
  private static final String OF_RYUK = "org.testcontainers.ryuk";

  private Labels() {}

  /** Adds this JVM as the owner, unless {@code freeport.labels=off}. */
  public static void addOwnerTo(CreateContainerCmd create, DockerContext context) {
    if (context.containers().labels()) {
      context.owners().showLife();
      addTo(create, context.owners().self());
    }
  }

  /** Adds an owner to the labels of a create command. */
  public static void addTo(CreateContainerCmd create, Owner owner) {
    Map<String, String> labels = new OfContainer();
    if (create.getLabels() != null) {
      labels.putAll(create.getLabels());
    }
    labels.put(OWNER, owner.toString());
    if (create.getImage() != null) {
      labels.put(IMAGE, create.getImage());
    }
    create.withLabels(labels);
  }

  /** Returns why something must never be removed, for any owner. */
  public static Optional<String> protection(Map<String, String> labels) {
    if (OF_REUSABLE.stream().anyMatch(labels::containsKey)) {
      return Optional.of("it is a reusable container of Testcontainers, and outlives its JVM");
    }
    return labels.containsKey(OF_RYUK)
        ? Optional.of("it is Ryuk, Testcontainers' own reaper")
        : Optional.empty();
  }

  /**
   * Drops the owner as soon as Testcontainers marks the container as reusable. A modifier of the
   * create command cannot know that this will happen, and Testcontainers finds a container again by
   * a hash of everything that is in the command by then.
   */
  private static final class OfContainer extends HashMap<String, String> {

    private static final long serialVersionUID = 1L;

    @Override
    public @Nullable String put(String key, String value) {
      if (OF_REUSABLE.contains(key)) {
        remove(OWNER);
        remove(IMAGE);
      }
      return super.put(key, value);
    }
  }
}
