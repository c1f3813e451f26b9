package io.freeport.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HeldPort;
import io.freeport.PortBlock;
import io.freeport.PortRequest;
import io.freeport.PortTier;
import io.freeport.junit5.FixedPortLocks;
import io.freeport.junit5.FreePort;
import io.freeport.junit5.FreePortExtension;
import io.freeport.junit5.PortScope;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What docs/junit.md shows. */
class JUnitPortsTest {

  @Nested
  class Types {
    @Test
    void test(
        @FreePort int number,
        @FreePort HeldPort port,
        @FreePort InetSocketAddress address,
        @FreePort(scheme = "https") URI uri,
        @FreePort(count = 10) PortBlock block) {
      assertThat(number).isNotEqualTo(port.number());
      assertThat(address.getAddress().isLoopbackAddress()).isTrue();
      assertThat(uri).hasScheme("https");
      assertThat(block.range().size()).isEqualTo(10);
    }
  }

  @Nested
  class Attributes {
    @Test
    void test(
        @FreePort(
                value = "web",
                preferred = 18080,
                fallback = {18090, 18100})
            int web,
        @FreePort(range = "21000-21999", exclude = "21021", count = 3) int[] workers,
        @FreePort(value = "redis", keep = true) HeldPort redis) {
      assertThat(web).isNotZero();
      assertThat(workers).hasSize(3);
      assertThat(redis.request().isKept()).isTrue();
    }
  }

  // A name for what several tests ask for.
  @FreePort(value = "database", preferred = 15432)
  @Target({ElementType.PARAMETER, ElementType.FIELD})
  @Retention(RetentionPolicy.RUNTIME)
  @interface DatabasePort {}

  @Nested
  class Scopes {
    @FreePort("admin")
    private static int admin; // one for the class

    @FreePort("web")
    private int web; // one for each test instance

    @Test
    void test(@FreePort("web") int sameAsTheField, @DatabasePort int database) {
      assertThat(sameAsTheField).isEqualTo(web);
      assertThat(database).isNotIn(web, admin);
    }

    @Test
    void shared(@FreePort(value = "license-server", scope = PortScope.SESSION) int ofAllTests) {
      assertThat(ofAllTests).isNotZero();
    }
  }

  @Nested
  class ByProgram {
    @RegisterExtension
    static final FreePortExtension PORTS =
        FreePortExtension.builder()
            .port(PortRequest.named("web").range(22000, 22999).upTo(PortTier.ANY).build())
            .converter(Endpoint.class, port -> new Endpoint("localhost:" + port.number()))
            .build();

    static final String URL = "http://localhost:" + PORTS.number("web"); // before any test

    @Test
    void test(@FreePort("web") Endpoint web) {
      assertThat(URL).endsWith(web.hostAndPort());
    }
  }

  record Endpoint(String hostAndPort) {}

  @Nested
  @ResourceLock(providers = FixedPortLocks.class)
  class LegacyClient {
    @Test
    void insistsOnItsPort(@FreePort(preferred = 18888, strict = true) int port) throws Exception {
      try (ServerSocket server = new ServerSocket(port)) {
        assertThat(server.getLocalPort()).isEqualTo(18888);
      }
    }
  }
}
