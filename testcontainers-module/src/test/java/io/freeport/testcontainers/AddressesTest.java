package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports.Binding;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.docker.internal.EngineMode;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * What is published is what is held, with IPv4 and IPv6, whether the engine's networks have IPv6 or
 * not ({@code ci/engines} has both).
 */
@RequiresDocker
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class AddressesTest {

  private static final String ADDRESS = "freeport.container.address";

  private static final List<String> LOOPBACK = List.of("127.0.0.1", "::1");

  @AfterEach
  void asBefore() {
    System.clearProperty(ADDRESS);
  }

  @ParameterizedTest
  @CsvSource({
    // asked for, setting, held on, published on
    "          ,   ,   127.0.0.1 ::1, 127.0.0.1",
    "          , *,    127.0.0.1 ::1, 127.0.0.1 ::1",
    "          , ::1,  127.0.0.1 ::1, ::1",
    "127.0.0.1 ,   ,   127.0.0.1,     127.0.0.1",
    "::1       ,   ,   ::1,           ::1",
    "0.0.0.0   ,   ,   127.0.0.1 ::1, 127.0.0.1 ::1",
    "::        ,   ,   127.0.0.1 ::1, 127.0.0.1 ::1"
  })
  void whatIsPublishedIsWhatIsHeld(
      @Nullable String asked, @Nullable String setting, String held, String published)
      throws Exception {
    if (setting != null) {
      System.setProperty(ADDRESS, setting);
    }
    PortRequest.Builder request = PortRequest.named("web");
    if (asked != null) {
      request.address(InetAddress.getByName(asked));
    }
    try (PortAllocator allocator = PortAllocator.create();
        HttpdContainer httpd = new HttpdContainer()) {
      HeldPort port = allocator.hold(request.build());
      assertThat(addressesWhere(address -> !isFree(address, port.number())))
          .as("held")
          .isEqualTo(addresses(held));
      ContainerPorts.publish(httpd, Httpd.PORT, port);
      httpd.waitingFor(Wait.forSuccessfulCommand("true")); // not for a listener on "localhost"

      httpd.start();

      Binding[] bindings = bindings(httpd);
      assertThat(bindings)
          .allSatisfy(
              binding -> assertThat(binding.getHostPortSpec()).isEqualTo("" + port.number()));
      assertThat(addressesWhere(address -> isIn(bindings, address)))
          .as("published, as the engine says")
          .isEqualTo(addresses(published));
      assertThat(addressesWhere(address -> answers(address, port.number())))
          .as("published, as clients see")
          .isEqualTo(addresses(published));
      assertThat(addressesWhere(address -> !isFree(address, port.number())))
          .as("held or published, while the container runs")
          .isEqualTo(addresses(Modes.set() == EngineMode.CLOSE_THEN_BIND ? published : held));
    }
  }

  private static Set<String> addresses(String list) {
    return Set.of(list.split(" ", -1));
  }

  private interface Question {
    boolean ask(InetAddress address) throws IOException;
  }

  private static Set<String> addressesWhere(Question question) {
    return LOOPBACK.stream()
        .filter(
            address -> {
              try {
                return question.ask(InetAddress.getByName(address));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            })
        .collect(Collectors.toSet());
  }

  private static Binding[] bindings(HttpdContainer httpd) {
    return httpd
        .getContainerInfo()
        .getNetworkSettings()
        .getPorts()
        .getBindings()
        .getOrDefault(ExposedPort.tcp(Httpd.PORT), new Binding[0]);
  }

  /** A wildcard is that of its family: the engine has one binding for each. */
  private static boolean isIn(Binding[] bindings, InetAddress address) {
    return Arrays.stream(bindings)
        .map(Binding::getHostIp)
        .flatMap(Stream::ofNullable)
        .map(AddressesTest::parse)
        .filter(published -> published.getClass() == address.getClass())
        .anyMatch(published -> published.isAnyLocalAddress() || published.equals(address));
  }

  private static InetAddress parse(String address) {
    try {
      return InetAddress.getByName(address);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isFree(InetAddress address, int port) {
    try (Socket socket = new Socket()) {
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(address, port));
      return true;
    } catch (IOException somebodyHasIt) {
      return false;
    }
  }

  /** The server is not waited for by its port, so it may not be there yet. */
  private static boolean answers(InetAddress address, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port));
      return true;
    } catch (IOException refused) {
      return false;
    }
  }
}
