package io.freeport.testcontainers.internal;

import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.lease.LeaseKeeper;
import io.freeport.docker.reaper.ReapBeforeTests;
import org.jspecify.annotations.Nullable;
import org.testcontainers.core.CreateContainerCmdModifier;
import org.testcontainers.utility.TestcontainersConfiguration;

/**
 * Labels every container that Testcontainers starts in this JVM with its owner, so that the reaper
 * of a later test run recognises it if this JVM is killed. Testcontainers finds this class by
 * itself; there is nothing to call. {@code freeport.labels=off} switches it off.
 *
 * <p>Reusable containers and Ryuk get no label.
 *
 * @since 0.1.0
 */
public final class OwnerLabelModifier implements CreateContainerCmdModifier {

  private static final String RYUK_IMAGE = "ryuk.container.image";

  /** Creates the modifier, for {@link java.util.ServiceLoader}. */
  public OwnerLabelModifier() {}

  @Override
  public CreateContainerCmd modify(CreateContainerCmd create) {
    if (!isRyuk(create.getImage())) {
      ReapBeforeTests.awaitOrRun();
      DockerContext context = DockerContext.ofThisJvm();
      Labels.addOwnerTo(create, context);
      LeaseKeeper.begin(context, create.getImage());
    }
    return create;
  }

  /**
   * Ryuk's image may come from another registry, under a prefix, or have a name of its own.
   * Testcontainers starts it while it lets nobody else look for the engine, so it must not wait for
   * the reaper, which does.
   */
  private static boolean isRyuk(@Nullable String image) {
    if (image == null) {
      return false;
    }
    String configured =
        TestcontainersConfiguration.getInstance().getEnvVarOrProperty(RYUK_IMAGE, "");
    return image.matches("(.*/)?testcontainers[/-]ryuk([:@].*)?")
        || (!configured.isEmpty() && image.endsWith(configured));
  }
}
