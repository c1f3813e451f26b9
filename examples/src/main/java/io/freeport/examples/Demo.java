package io.freeport.examples;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.testcontainers.ContainerPorts;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import redis.clients.jedis.Jedis;

/**
 * Shows a port's life: with a server in this process, and, where Docker answers, with Redis in a
 * container.
 */
public final class Demo {

  private static final String REDIS = "redis:7.0";
  private static final int REDIS_PORT = 6379;

  private final PrintStream out;

  private Demo(PrintStream out) {
    this.out = out;
  }

  /**
   * Runs the demonstration.
   *
   * @param args none
   * @throws Exception if something does not work
   */
  public static void main(String[] args) throws Exception {
    Demo demo = new Demo(System.out);
    try (PortAllocator allocator = PortAllocator.create()) {
      demo.serverInThisProcess(allocator);
      demo.containerWhereDockerAnswers();
    }
  }

  private void serverInThisProcess(PortAllocator allocator)
      throws IOException, InterruptedException {
    out.println("A server in this process");
    HeldPort port = allocator.hold("greetings");
    tell("held", port, "nobody else can bind it");
    port.offer();
    tell("offered", port, "the hold stays while the server starts");
    try (GreetingServer server = GreetingServer.start(port.number())) {
      port.awaitTaken(Duration.ofSeconds(5));
      tell("handed over", port, "the server answers \"" + get(port.number()) + "\"");
    }
    port.close();
    tell("released", port, "anybody may have it now");
  }

  private void containerWhereDockerAnswers() {
    out.println();
    out.println("Redis in a container");
    try {
      DockerClientFactory.instance().client();
    } catch (RuntimeException e) {
      out.println("  left out: " + e.getMessage());
      return;
    }
    try (GenericContainer<?> redis = new GenericContainer<>(REDIS)) {
      HeldPort port = ContainerPorts.publish(redis, REDIS_PORT);
      tell("held", port, "known before the container exists");
      redis.start();
      try (Jedis client = new Jedis("127.0.0.1", port.number())) {
        tell("handed over", port, "the engine listens, and Redis answers " + client.ping());
      }
      redis.stop();
      port.close();
      tell("released", port, "the container is gone");
    }
  }

  private static String get(int port) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private void tell(String event, HeldPort port, String meaning) {
    out.printf("  %-12s %-34s %s%n", event, port, meaning);
  }
}
