package users;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.freeport.junit5.FreePort;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class UsesPortsTest {

  @FreePort int field;

  @Test
  void listens(@FreePort int port) throws Exception {
    try (ServerSocket ofField = new ServerSocket(field);
        ServerSocket ofParameter = new ServerSocket(port)) {
      assertEquals(field, ofField.getLocalPort());
      assertEquals(port, ofParameter.getLocalPort());
    }
  }
}
