package io.freeport.testcontainers;

import com.github.dockerjava.api.command.CreateContainerCmd;
import io.freeport.Owner;
import java.util.HashMap;
import java.util.Map;

/** What FreePort writes on containers. */
final class Labels {

  /** The JVM that started the container, as {@link Owner#toString()} has it. */
  static final String OWNER = "io.freeport.owner";

  private Labels() {}

  static void addTo(CreateContainerCmd create, Owner owner) {
    Map<String, String> labels = new HashMap<>();
    if (create.getLabels() != null) {
      labels.putAll(create.getLabels());
    }
    labels.put(OWNER, owner.toString());
    create.withLabels(labels);
  }
}
