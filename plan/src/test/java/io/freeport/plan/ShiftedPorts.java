package io.freeport.plan;

import io.freeport.plan.health.HealthCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Lets tests speak of ports by the numbers that everybody knows, such as 3000 and 5432. They really
 * use others, at a distance at which all of them are free, since whoever runs the tests may have a
 * database on 5432.
 */
public final class ShiftedPorts {

  private static final Pattern PORT = Pattern.compile("\\b[1-9][0-9]{3}\\b");
  private static final int STEP = 131;

  private final int distance;

  private ShiftedPorts(int distance) {
    this.distance = distance;
  }

  /** Finds a distance at which these ports are free, each with those up to 9 above it. */
  public static ShiftedPorts of(int... ports) {
    int start = 8_000 + (int) (ProcessHandle.current().pid() % 50) * STEP;
    for (int distance = start; distance < 22_000; distance += STEP) {
      if (areFree(distance, ports)) {
        return new ShiftedPorts(distance);
      }
    }
    throw new IllegalStateException("No distance at which all ports are free");
  }

  /** Not in TIME_WAIT either, after another test: who insists on a port gets it even so. */
  private static boolean areFree(int distance, int... ports) {
    return IntStream.of(ports)
        .flatMap(port -> IntStream.range(port, port + 10))
        .allMatch(port -> HealthCheck.free(port + distance).check().healthy());
  }

  public int real(int port) {
    return port + distance;
  }

  int known(int port) {
    return port - distance;
  }

  /** Replaces each number of four digits. */
  String text(String text) {
    return PORT.matcher(text)
        .replaceAll((MatchResult found) -> Integer.toString(real(Integer.parseInt(found.group()))));
  }

  public PortPlan plan(Path directory, String yaml) throws IOException {
    return PortPlan.load(Files.writeString(directory.resolve("freeport.yaml"), text(yaml)));
  }

  public int of(PortAssignments assignments, String service) {
    return known(assignments.port(service));
  }

  /** Somebody who has nothing to do with the plan. */
  ServerSocket stranger(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(real(port)));
    return socket;
  }
}
