package io.freeport.examples.modules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.junit5.FreePort;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModulePathTest {

  @FreePort("shared")
  private static int shared;

  @FreePort private HeldPort own;

  private final int ofConstructor;

  ModulePathTest(@FreePort("web") int ofConstructor) {
    this.ofConstructor = ofConstructor;
  }

  @BeforeAll
  static void everythingIsANamedModule() {
    assertTrue(ModulePathTest.class.getModule().isNamed());
    assertEquals("io.freeport", HeldPort.class.getModule().getName());
    assertEquals("io.freeport.junit5", FreePort.class.getModule().getName());
  }

  @Test
  void parameters(@FreePort("web") int port) throws IOException {
    assertEquals(ofConstructor, port);
    try (ServerSocket server = new ServerSocket(port)) {
      assertEquals(port, server.getLocalPort());
    }
  }

  @Test
  void privateFields() {
    assertEquals(PortState.HELD, own.state());
    assertNotEquals(shared, own.number());
  }
}
