package io.freeport.testcontainers;

import static java.util.stream.Collectors.joining;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.SingleContainer;
import io.freeport.docker.internal.StartedContainers;
import io.freeport.internal.handoff.PortConflict;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to start a project: its compose files, and one more that labels its services, its
 * networks and its volumes. Without labels Compose's containers could only be found by the
 * project's name, which Testcontainers makes up and keeps to itself.
 */
final class ComposeProject implements StartedContainers {

  private static final Logger LOGGER = System.getLogger(ComposeProject.class.getName());

  /** Of one attempt. */
  static final String ATTEMPT = "io.freeport.compose";

  private final List<File> files;
  private final Path labels;
  private final String attempt;
  private final Set<String> variables;
  private final DockerClient client;

  private ComposeProject(
      List<File> files, Path labels, String attempt, Set<String> variables, DockerClient client) {
    this.variables = variables;
    this.files = files;
    this.labels = labels;
    this.attempt = attempt;
    this.client = client;
  }

  static ComposeProject of(
      List<File> files, Map<String, String> variables, DockerClient client, OwnerRegistry owners) {
    owners.showLife();
    String attempt = UUID.randomUUID().toString();
    ComposeFiles temporary = ComposeFiles.ownedBy(owners);
    temporary.removeThoseOfTheDead();
    try {
      String labelled =
          labelling(
              new ComposeCommand(temporary).parts(files, variables),
              Map.of(Labels.OWNER, owners.self().toString(), ATTEMPT, attempt));
      Path labels = Files.writeString(temporary.create(".json"), labelled);
      return new ComposeProject(files, labels, attempt, variables.keySet(), client);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write a compose file for the labels", e);
    }
  }

  /** JSON is YAML. Neither names in compose files nor our labels have anything to be escaped. */
  static String labelling(ComposeCommand.Parts parts, Map<String, String> labels) {
    String json =
        labels.entrySet().stream()
            .map(label -> "\"" + label.getKey() + "\": \"" + label.getValue() + "\"")
            .sorted()
            .collect(joining(", ", "{\"labels\": {", "}}"));
    return Stream.of(
            section("services", parts.services(), json),
            section("networks", parts.networks(), json),
            section("volumes", parts.volumes(), json))
        .collect(joining(",\n", "{", "}\n"));
  }

  private static String section(String name, List<String> keys, String json) {
    return keys.stream()
        .map(key -> "\"" + key + "\": " + json)
        .collect(joining(",\n  ", "\"" + name + "\": {\n  ", "\n}"));
  }

  List<File> files() {
    List<File> all = new ArrayList<>(files);
    all.add(labels.toFile());
    return all;
  }

  /** Returns the image of one of the containers; null if there is none. */
  @Nullable String anImage() {
    return containers().stream().map(Container::getImage).findFirst().orElse(null);
  }

  private List<Container> containers() {
    return client
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of(ATTEMPT, attempt))
        .exec();
  }

  @Override
  public boolean isRunning() {
    return containers().stream().anyMatch(container -> "running".equals(container.getState()));
  }

  @Override
  public boolean publishes(int number) {
    return containers().stream()
        .flatMap(container -> Arrays.stream(container.getPorts()))
        .anyMatch(port -> Objects.equals(port.getPublicPort(), number));
  }

  @Override
  public String describe() {
    return "The Compose project of " + files;
  }

  @Override
  public String whyNotPublished() {
    return variables.stream().map(variable -> "${" + variable + "}").collect(joining(", "))
        + " of the launcher: is each of them used in the ports of a service, in "
        + files
        + ", and has none of these services the network mode host?";
  }

  /**
   * Returns why one of the containers was created and could not be started, if that was for want of
   * a port. Compose's own failure says no more than that it failed.
   *
   * @return what the engine would have answered to anybody else; null if it was not that
   */
  @Nullable DockerException conflict() {
    return containers().stream()
        .map(container -> errorOf(container.getId()))
        .filter(PortConflict::isSaidBy)
        .findFirst()
        .map(InternalServerErrorException::new)
        .orElse(null);
  }

  private String errorOf(String id) {
    try {
      String error = client.inspectContainerCmd(id).exec().getState().getError();
      return error == null ? "" : error;
    } catch (NotFoundException gone) {
      return "";
    }
  }

  /** What Compose left, for example since it failed. */
  void removeLeftovers() {
    containers().forEach(container -> new SingleContainer(client, container.getId()).remove());
    deleteLabels();
  }

  /** If it fails, the end of the JVM does it. */
  void deleteLabels() {
    try {
      Files.deleteIfExists(labels);
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot delete {0} yet: {1}", labels, e);
    }
  }
}
