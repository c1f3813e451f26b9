package io.freeport.testcontainers.internal;

import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.lease.LeaseKeeper;
import io.freeport.docker.reaper.ReapBeforeTests;
import org.jspecify.annotations.Nullable;
import org.testcontainers.core.CreateContainerCmdModifier;

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

  /** Ryuk's image may come from another registry, under a prefix. */
  private static boolean isRyuk(@Nullable String image) {
    return image != null && image.matches("(.*/)?testcontainers[/-]ryuk([:@].*)?");
  }
}
