package io.freeport.benchmarks;

import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A plan of six services, assigned and given back. */
@State(Scope.Benchmark)
public class SixServices {

  static final int SERVICES = 6;

  /** Two that would like the same number, one that has another one's, three by themselves. */
  private static final String PLAN =
      """
      services:
        server:
          preferred: [21300, 21301, 21302]
          range: 21300-21999
          priority: high
          requires: http
          conflicts: client
        client: {preferred: [21301, 21302, 21303], requires: http}
        websocket: {inherit: server, requires: websocket}
        database: {preferred: [25432, 25433, 25434], requires: tcp}
        redis: {preferred: [26379, 26380, 26381], requires: tcp}
        monitoring: {preferred: [29090, 29091, 29092], requires: http, priority: low}
      """;

  private final PortPlan plan = load();

  private static PortPlan load() {
    try {
      Path file = Files.createTempFile("benchmark", ".yaml");
      try {
        return PortPlan.load(Files.writeString(file, PLAN));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Benchmark
  public int assign() {
    try (PortAssignments ports = plan.assign()) {
      return ports.port("server");
    }
  }
}
