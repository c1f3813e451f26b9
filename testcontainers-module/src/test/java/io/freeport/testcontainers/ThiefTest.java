package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.exception.InternalServerErrorException;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.testing.Thief;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.ContainerLaunchException;

/**
 * Other processes try for a container's port from before its number is known until the engine
 * listens on it.
 *
 * <p>The interleaving that must not happen: the thief binds between our allocation and the engine's
 * bind.
 */
@RequiresDocker
class ThiefTest {

  private static final int STARTS = 50;

  @Test
  void neverGetsAHeldPort() throws IOException {
    try (Thief explicit = Thief.start(Thief.Way.EXPLICIT);
        Thief any = Thief.start(Thief.Way.ANY)) {
      for (int i = 0; i < STARTS; i++) {
        try (Httpd httpd = new Httpd()) {
          HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
          long heldSince = System.nanoTime();
          explicit.watch(port.number());
          any.watch(port.number());

          httpd.start();

          assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
          assertThat(explicit.had(port.number(), heldSince))
              .as("start %d: explicit bind", i)
              .isFalse();
          assertThat(any.had(port.number(), heldSince)).as("start %d: bind(0)", i).isFalse();
        }
      }
    }
  }

  /**
   * The control: the same thief, the same container, a port that was found to be free and let go
   * of.
   */
  @RepeatedTest(3)
  void getsAPortThatWasLetGoOf() throws IOException {
    try (Thief explicit = Thief.start(Thief.Way.EXPLICIT);
        Httpd httpd = new Httpd()) {
      int found = findAndLetGo();
      long foundAt = System.nanoTime();
      explicit.watch(found);

      httpd.setPortBindings(java.util.List.of("127.0.0.1:" + found + ":" + Httpd.PORT));
      assertThatThrownBy(httpd::start)
          .isInstanceOf(ContainerLaunchException.class)
          .rootCause()
          .isInstanceOf(InternalServerErrorException.class)
          .hasMessageContaining("address already in use");

      assertThat(explicit.had(found, foundAt)).isTrue();
    }
  }

  /**
   * The control for the other thief: it does get a port that the kernel gives to whoever asks for
   * any.
   */
  @Test
  @Timeout(120)
  void asksTheKernelUntilItGetsAPortThatWasLetGoOf() throws IOException {
    try (Thief any = Thief.start(Thief.Way.ANY)) {
      int found;
      try (ServerSocket socket = new ServerSocket(0)) {
        found = socket.getLocalPort();
      }
      long foundAt = System.nanoTime();
      do {
        any.watch(found);
      } while (!any.had(found, foundAt));
    }
  }

  private static int findAndLetGo() {
    try (PortAllocator allocator = PortAllocator.create()) {
      return allocator.hold().number();
    }
  }
}
