package io.freeport.cli.ports;

import io.freeport.Protocol;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.EnumNames;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.docker.internal.DockerJavaEngine;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the occupants of a port and writes them as JSON. */
public final class Occupants {

  /** A person prefers waiting to half an answer. It usually takes a fraction of a second. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private Occupants() {}

  /**
   * Diagnoses a port.
   *
   * @throws CommandFailure if the engine that the user has named does not answer: without it, an
   *     answer would not be what was asked for
   */
  public static PortDiagnosis of(int port, Protocol protocol) {
    try {
      DockerJavaEngine.requireNamed();
    } catch (IllegalStateException noEngine) {
      throw new CommandFailure(ExitStatus.FAILED, noEngine);
    }
    return PortDiagnosis.of(port, protocol, LIMIT);
  }

  static List<Map<String, Object>> json(List<PortOccupant> occupants) {
    return occupants.stream().map(Occupants::json).toList();
  }

  private static Map<String, Object> json(PortOccupant occupant) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", EnumNames.lowerCase(occupant.kind()));
    json.put("use", EnumNames.lowerCase(occupant.use()));
    json.put("name", occupant.name());
    occupant.pid().ifPresent(pid -> json.put("pid", pid));
    occupant.user().ifPresent(user -> json.put("user", user));
    occupant.since().ifPresent(since -> json.put("since", since.toString()));
    json.put("addresses", occupant.addresses());
    json.put("details", occupant.details());
    json.put("description", occupant.describe());
    return json;
  }
}
