package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.freeport.HeldPort;
import io.freeport.PortState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreePortTest {

  @Nested
  class Types {

    @Test
    void anIntCanBeListenedOnAtOnce(@FreePort int port) throws IOException {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      server.start();
      server.stop(0);
    }

    @Test
    void anIntegerCanBeListenedOnAtOnce(@FreePort Integer port) throws IOException {
      try (ServerSocket server = new ServerSocket(port)) {
        assertThat(server.getLocalPort()).isEqualTo(port);
      }
    }

    @Test
    void aHeldPortIsNotOfferedYet(@FreePort("db") HeldPort port) {
      assertThat(port.state()).isEqualTo(PortState.HELD);
      assertThat(port.name()).isEqualTo("db");
    }

    @Test
    void aHeldPortKnowsItsTest(@FreePort HeldPort port) {
      assertThat(port.request().usedBy()).isEqualTo("Types.aHeldPortKnowsItsTest()");
    }

    @Test
    void theSamePortInTwoTypes(@FreePort("db") HeldPort port, @FreePort("db") int number) {
      assertThat(number).isEqualTo(port.number());
      assertThat(port.state()).isEqualTo(PortState.OFFERED);
    }
  }

  /** As when a container is started in the one method and spoken to in the other. */
  @Nested
  class TakenBetween {

    private @Nullable ServerSocket server;

    @BeforeEach
    void start(@FreePort("db") HeldPort port) throws IOException {
      port.offer();
      server = new ServerSocket(port.number());
      assertThat(port.confirm()).isTrue();
    }

    @Test
    void theNumberIsStillToBeHad(@FreePort("db") int port) {
      assertThat(server).isNotNull().extracting(ServerSocket::getLocalPort).isEqualTo(port);
    }

    @AfterEach
    void stop() throws IOException {
      if (server != null) {
        server.close();
      }
    }
  }

  @Nested
  class Names {

    private final int ofConstructor;

    @FreePort("db")
    private int ofField;

    @FreePort private int unnamedField;
    private int ofBeforeEach;
    private int unnamedOfBeforeEach;

    Names(@FreePort("db") int ofConstructor) {
      this.ofConstructor = ofConstructor;
    }

    @BeforeEach
    void setUp(@FreePort("db") int port, @FreePort int unnamed) {
      ofBeforeEach = port;
      unnamedOfBeforeEach = unnamed;
    }

    @Test
    void oneNameIsOnePortInOneInstance(@FreePort("db") int ofTest) {
      assertThat(List.of(ofConstructor, ofField, ofBeforeEach)).containsOnly(ofTest);
    }

    @Test
    void otherNamesAreOtherPorts(@FreePort("db") int db, @FreePort("web") int web) {
      assertThat(web).isNotEqualTo(db);
    }

    @Test
    void withoutANameEachHasItsOwn(@FreePort int one, @FreePort int two) {
      assertThat(List.of(one, two, unnamedField, unnamedOfBeforeEach, ofField))
          .doesNotHaveDuplicates();
    }

    @AfterEach
    void itIsStillThere(@FreePort("db") HeldPort port) {
      assertThat(port.number()).isEqualTo(ofConstructor);
      assertThat(port.state()).isEqualTo(PortState.OFFERED);
    }
  }

  @Nested
  class OfTheClass {

    @FreePort("shared")
    static int shared;

    @FreePort static HeldPort unnamed;

    private static int ofBeforeAll;

    @BeforeAll
    static void setUp(@FreePort("db") int db, @FreePort("shared") int sharedHere) {
      ofBeforeAll = db;
      assertThat(sharedHere).isEqualTo(shared);
      assertThat(unnamed.state()).isEqualTo(PortState.HELD);
    }

    @RepeatedTest(2)
    void testsSeeItByItsName(@FreePort("db") int db, @FreePort("shared") int sharedHere) {
      assertThat(db).isEqualTo(ofBeforeAll);
      assertThat(sharedHere).isEqualTo(shared);
    }

    @AfterAll
    static void itIsStillThere(@FreePort("db") HeldPort db) {
      assertThat(db.number()).isEqualTo(ofBeforeAll);
      assertThat(db.state()).isEqualTo(PortState.OFFERED);
    }
  }

  @Nested
  class Instances {

    private static final Set<Integer> NUMBERS = ConcurrentHashMap.newKeySet();
    private static final List<HeldPort> PORTS = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void formerInstancesPortsAreReleased(int test, @FreePort("db") HeldPort port) {
      assertThat(PORTS).hasSize(test - 1).allMatch(former -> former.state() == PortState.RELEASED);
      PORTS.add(port);
    }

    @BeforeAll
    static void holdAllAlong(@FreePort("other") int other) {
      NUMBERS.add(other);
    }

    @RepeatedTest(3)
    void differentNamesAroundAndWithin(@FreePort("db") int db) {
      assertThat(NUMBERS).doesNotContain(db);
    }
  }

  @Nested
  @TestInstance(Lifecycle.PER_CLASS)
  class OneInstanceForAllTests {

    @FreePort("db")
    private @Nullable HeldPort field;

    private @Nullable HeldPort first;

    @RepeatedTest(2)
    void hasOnePortOfAName(@FreePort("db") HeldPort port, @FreePort("web") HeldPort web) {
      assertThat(port).isSameAs(field);
      if (first != null) {
        assertThat(web).isSameAs(first);
      }
      first = web;
    }
  }

  @Nested
  class Outer {

    @FreePort("db")
    private int ofOuter;

    @Nested
    class Inner {

      @Test
      void seesTheNamedPortsOfTheOuterInstance(@FreePort("db") int ofInner) {
        assertThat(ofInner).isEqualTo(ofOuter);
      }
    }
  }
}
