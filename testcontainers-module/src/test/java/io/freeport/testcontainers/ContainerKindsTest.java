package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.Protocol;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.JdbcDatabaseContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/** Containers as people write them, and start them. */
@RequiresDocker
class ContainerKindsTest {

  @Nested
  class Databases {

    @Test
    @SuppressWarnings("deprecation") // many use the old class
    void theOldClass() throws Exception {
      try (org.testcontainers.containers.PostgreSQLContainer<?> postgres =
          new org.testcontainers.containers.PostgreSQLContainer<>("postgres:15")) {
        check(postgres);
      }
    }

    @Test
    void theNewClass() throws Exception {
      assumeThat(
              JdbcDatabaseContainer.class
                  .getClassLoader()
                  .getResource("org/testcontainers/postgresql/PostgreSQLContainer.class"))
          .as("Testcontainers 2")
          .isNotNull();
      NewPostgres.check();
    }

    /** Apart, since Testcontainers 1 does not have the class. */
    private static final class NewPostgres {
      static void check() throws Exception {
        try (JdbcDatabaseContainer<?> postgres =
            new org.testcontainers.postgresql.PostgreSQLContainer("postgres:15")) {
          Databases.check(postgres);
        }
      }
    }

    private static void check(JdbcDatabaseContainer<?> postgres) throws Exception {
      HeldPort port = ContainerPorts.publish(postgres, 5432);
      postgres.start();
      assertThat(postgres.getJdbcUrl()).contains(":" + port.number() + "/");
      try (Connection connection =
              DriverManager.getConnection(
                  postgres.getJdbcUrl(), postgres.getUsername(), postgres.getPassword());
          Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("select 6 * 7")) {
        assertThat(result.next()).isTrue();
        assertThat(result.getInt(1)).isEqualTo(42);
      }
    }
  }

  /**
   * As Testcontainers' Kafka does it: the container waits for a script that is written when the
   * mapped port is known.
   */
  @SuppressWarnings("NullAway") // it is called after the creation
  private static final class Advertiser extends GenericContainer<Advertiser> {

    private static final String SCRIPT = "/tmp/start.sh";

    Advertiser() {
      super(DockerImageName.parse(Httpd.IMAGE));
      withCommand("sh", "-c", "while [ ! -f " + SCRIPT + " ]; do sleep 0.1; done; sh " + SCRIPT);
    }

    @Override
    protected void containerIsStarting(InspectContainerResponse info) {
      copyFileToContainer(
          Transferable.of(
              "mkdir -p /www; echo -n 127.0.0.1:"
                  + getMappedPort(Httpd.PORT)
                  + " > /www/index.html; exec httpd -f -p 80 -h /www"),
          SCRIPT);
    }
  }

  @Test
  void anAddressThatIsAdvertisedLate() throws Exception {
    try (Advertiser advertiser = new Advertiser()) {
      HeldPort port = ContainerPorts.publish(advertiser, Httpd.PORT);
      advertiser.start();
      assertThat(Httpd.get(port.number(), "/")).isEqualTo("127.0.0.1:" + port.number());
    }
  }

  @Test
  void anAddressThatIsAdvertisedEarly() throws Exception {
    try (HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
      ContainerPorts.configure(
          httpd,
          it ->
              it.withEnv("ADVERTISED", "127.0.0.1:" + port.number())
                  .withCommand(
                      "sh",
                      "-c",
                      "echo -n $ADVERTISED > /tmp/index.html; exec httpd -f -p 80 -h /tmp"));
      httpd.start();
      assertThat(Httpd.get(port.number(), "/")).isEqualTo("127.0.0.1:" + port.number());
    }
  }

  @Test
  void withDependencies() throws Exception {
    try (HttpdContainer first = new HttpdContainer();
        HttpdContainer second = new HttpdContainer()) {
      HeldPort one = ContainerPorts.publish(first, Httpd.PORT);
      HeldPort two = ContainerPorts.publish(second, Httpd.PORT);
      second.dependsOn(first).start();
      assertThat(List.of(Httpd.statusOf(one.number()), Httpd.statusOf(two.number())))
          .containsOnly(404);
    }
  }

  @Test
  void severalStartedTogether() throws Exception {
    try (HttpdContainer first = new HttpdContainer();
        HttpdContainer second = new HttpdContainer();
        HttpdContainer third = new HttpdContainer()) {
      List<HeldPort> ports =
          List.of(
              ContainerPorts.publish(first, Httpd.PORT),
              ContainerPorts.publish(second, Httpd.PORT),
              ContainerPorts.publish(third, Httpd.PORT));
      Startables.deepStart(first, second, third).join();
      for (HeldPort port : ports) {
        assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      }
    }
  }

  @Test
  void inANetworkWithAliases() throws Exception {
    try (Network network = Network.newNetwork();
        HttpdContainer web = new HttpdContainer().withNetwork(network).withNetworkAliases("web");
        HttpdContainer client = new HttpdContainer().withNetwork(network)) {
      HeldPort port = ContainerPorts.publish(web, Httpd.PORT);
      web.start();
      client.start();
      assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
      assertThat(client.execInContainer("wget", "-O", "-", "http://web/").getStderr())
          .contains("404 Not Found");
    }
  }

  private static final String ECHO =
      "$s = IO::Socket::INET->new(LocalPort => 7, Proto => 'udp'); $s->send($m) while $s->recv($m, 99)";

  @Test
  void aUdpPort() throws Exception {
    try (PortAllocator allocator = PortAllocator.create();
        GenericContainer<?> echo = new GenericContainer<>("redis:7.0"); // which has a Perl
        DatagramSocket socket = new DatagramSocket()) {
      HeldPort port = allocator.hold(PortRequest.named("echo").protocol(Protocol.UDP).build());
      ContainerPorts.publish(echo, 7, port);
      echo.withCommand("perl", "-MIO::Socket::INET", "-e", ECHO).start();
      byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
      socket.setSoTimeout(500);
      String answer = "";
      for (int i = 0; i < 20 && answer.isEmpty(); i++) { // datagrams may get lost
        socket.send(
            new DatagramPacket(
                hello,
                hello.length,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number())));
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        try {
          socket.receive(packet);
          answer = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
        } catch (IOException notYet) {
          // refused, or not in time: again
        }
      }
      assertThat(answer).isEqualTo("hello");
    }
  }

  /** One container for all classes of a JVM, started by the first that needs it. */
  private static final class Singleton {
    static final HttpdContainer HTTPD = new HttpdContainer();
    static final HeldPort PORT = ContainerPorts.publish(HTTPD, Httpd.PORT);

    static {
      HTTPD.start();
    }
  }

  @Test
  void aSingleton() throws Exception {
    assertThat(Httpd.statusOf(Singleton.PORT.number())).isEqualTo(404);
    Singleton.HTTPD.stop();
  }

  @Nested
  @Testcontainers
  class OfTheClassAndOfTheInstance {

    @Container private static final HttpdContainer SHARED = new HttpdContainer();
    private static final HeldPort SHARED_PORT = ContainerPorts.publish(SHARED, Httpd.PORT);

    @Container private final HttpdContainer own = new HttpdContainer();
    private final HeldPort ownPort = ContainerPorts.publish(own, Httpd.PORT);

    @Test
    void haveTheirPorts() throws Exception {
      assertThat(Httpd.statusOf(SHARED_PORT.number())).isEqualTo(404);
      assertThat(Httpd.statusOf(ownPort.number())).isEqualTo(404);
      assertThat(own.getMappedPort(Httpd.PORT)).isEqualTo(ownPort.number());
    }
  }
}
