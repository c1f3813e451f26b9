package io.freeport.testcontainers;

import io.freeport.HeldPort;
import io.freeport.docker.internal.EngineMode;
import io.freeport.docker.testing.EngineLog;
import io.freeport.docker.testing.Httpd;
import io.freeport.testing.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * A JVM that learns by two containers how ports pass to its engine, and prints their ports, what it
 * said in the log meanwhile, and what it knows.
 */
final class TellsItsEngineApart {

  private TellsItsEngineApart() {}

  /** What it printed. */
  record Result(List<Integer> ports, List<String> log, EngineMode mode) {

    /** Reads it; the containers run until the child is sent a line. */
    static Result of(ChildJvm child) throws Exception {
      List<Integer> ports =
          List.of(Integer.parseInt(child.readLine()), Integer.parseInt(child.readLine()));
      EngineMode mode = EngineMode.valueOf(child.readLine());
      List<String> log = new ArrayList<>();
      for (String line = child.readLine(); !line.isEmpty(); line = child.readLine()) {
        log.add(line);
      }
      return new Result(ports, log, mode);
    }
  }

  public static void main(String[] args) throws Exception {
    try (EngineLog log = EngineLog.open();
        HttpdContainer first = new HttpdContainer();
        HttpdContainer second = new HttpdContainer()) {
      for (HttpdContainer httpd : List.of(first, second)) {
        HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
        // not for the port, which may not be reached from here
        httpd.waitingFor(
            Wait.forSuccessfulCommand("wget -q -O- http://localhost/ 2>&1 | grep 404"));
        httpd.start();
        System.out.println(port.number());
      }
      List<String> said = List.copyOf(log.messages);
      System.out.println(Modes.ofThisJvm(first.getHost()));
      Stream.concat(said.stream(), Stream.of("")).forEach(System.out::println);
      System.in.read();
    }
  }
}
