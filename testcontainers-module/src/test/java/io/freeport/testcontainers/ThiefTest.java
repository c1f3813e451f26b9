package io.freeport.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.dockerjava.api.exception.InternalServerErrorException;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.docker.internal.EngineMode;
import io.freeport.docker.testing.Httpd;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.Thief;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.ContainerLaunchException;

/**
 * Other processes try for a container's port from before its number is known until the engine
 * listens on it.
 *
 * <p>The interleaving that must not happen: the thief binds between our allocation and the engine's
 * bind, in shared mode.
 */
@RequiresDocker
class ThiefTest {

  /** Four times this many in all; each round has thieves of its own, which do not live for ever. */
  private static final int STARTS = 25;

  /**
   * Where the hold cannot stay the thieves do get numbers; the start comes to its end all the same.
   */
  @RepeatedTest(4)
  void noStartIsLost(RepetitionInfo round) throws IOException {
    assumeThat(Modes.isShared() || round.getCurrentRepetition() == 1)
        .as("one round will do, as a hold cannot stay in the mode that is set")
        .isTrue();
    int taken = 0;
    EngineMode mode = EngineMode.AUTO;
    try (Thief explicit = Thief.start(Thief.Way.EXPLICIT);
        Thief any = Thief.start(Thief.Way.ANY)) {
      for (int i = 0; i < STARTS; i++) {
        try (HttpdContainer httpd = new HttpdContainer()) {
          HeldPort port = ContainerPorts.publish(httpd, Httpd.PORT);
          int held = port.number();
          long heldSince = System.nanoTime();
          explicit.watch(held);
          any.watch(held);

          httpd.start();

          assertThat(Httpd.statusOf(port.number())).isEqualTo(404);
          boolean explicitly = explicit.had(held, heldSince);
          boolean lost = any.had(held, heldSince) || explicitly;
          assertThat(port.number() != held).as("start %d: another number", i).isEqualTo(lost);
          taken += lost ? 1 : 0;
          mode = Modes.ofThisJvm(httpd.getHost());
        }
      }
    }
    // ci/engines adds these up.
    System.out.println(
        "Thieves: " + STARTS + " starts, " + taken + " held numbers taken, mode " + mode);
    if (Modes.isShared()) {
      assertThat(taken).isZero();
    }
  }

  /**
   * The control: the same thief, the same container, a port that was found to be free and let go
   * of.
   */
  @RepeatedTest(3)
  void getsAPortThatWasLetGoOf() throws IOException {
    try (Thief explicit = Thief.start(Thief.Way.EXPLICIT);
        HttpdContainer httpd = new HttpdContainer()) {
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
