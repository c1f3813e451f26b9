package io.freeport.docker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.BadRequestException;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import io.freeport.internal.handoff.PortConflict;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What engines say, word for word where it was seen or read in their sources. */
class EngineConflictTest {

  private static final String IN_USE =
      "driver failed programming external connectivity on endpoint web (2f4c): Error starting userland proxy: listen tcp4"
          + " 127.0.0.1:10500: bind: address already in use";

  @ParameterizedTest
  @ValueSource(
      strings = {
        IN_USE,
        "driver failed programming external connectivity on endpoint web (2f4c): Bind for 0.0.0.0:10500 failed: port is already"
            + " allocated",
        "all ports are allocated",
        "failed to set up container networking: driver failed programming external connectivity on endpoint web (2f4c): failed to"
            + " bind host port 127.0.0.1:10500/tcp: address already in use",
        "failed to bind host port for 127.0.0.1:10500:172.17.0.2:80/tcp",
        "Ports are not available: exposing port TCP 127.0.0.1:10500 -> 0.0.0.0:0: listen tcp 127.0.0.1:10500",
        "listen tcp 0.0.0.0:10500: bind: An attempt was made to access a socket in a way forbidden by its access permissions.",
        "listen tcp 0.0.0.0:10500: bind: Only one usage of each socket address (protocol/network address/port) is normally permitted.",
        "Error starting userland proxy: error while calling RootlessKit PortManager.AddPort(): listen tcp 0.0.0.0:10500",
        "cannot listen on the TCP port: listen tcp4 :10500: bind: address already in use",
        "Error starting userland proxy: proxy already running",
        "PORT IS ALREADY ALLOCATED"
      })
  void aConflict(String message) {
    assertThat(EngineConflict.isIn(new InternalServerErrorException(message))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "driver failed programming external connectivity on endpoint web (2f4c): Error starting userland proxy: listen tcp4"
            + " 192.0.2.1:10500: bind: cannot assign requested address",
        "failed to bind host port for 192.0.2.1:10500:172.17.0.2:80/tcp: cannot assign requested address",
        "error while calling RootlessKit PortManager.AddPort(): cannot expose privileged port 80, you can add"
            + " 'net.ipv4.ip_unprivileged_port_start=80'",
        "Error starting userland proxy: timed out starting the userland proxy",
        "OCI runtime create failed: exec: \"no-such-command\": executable file not found in $PATH",
        "no space left on device",
        ""
      })
  void anotherFailure(String message) {
    assertThat(EngineConflict.isIn(new InternalServerErrorException(message))).isFalse();
  }

  @Test
  void theStatusCountsToo() {
    assertThat(EngineConflict.isIn(new DockerException(IN_USE, 500))).isTrue();
    assertThat(EngineConflict.isIn(new BadRequestException(IN_USE))).isFalse();
    assertThat(
            EngineConflict.isIn(
                new ConflictException("The container name \"/web\" is already in use by 2f4c")))
        .isFalse();
    assertThat(EngineConflict.isIn(new IOException(IN_USE)))
        .as("of a server in this process, say")
        .isFalse();
  }

  @Test
  void itMayBeTheCauseOfOtherFailures() {
    assertThat(
            EngineConflict.isIn(
                new IllegalStateException(
                    "Container startup failed",
                    new RuntimeException(new InternalServerErrorException(IN_USE)))))
        .isTrue();
  }

  @Test
  void aChainThatLeadsBackIntoItselfEnds() {
    Exception one = new IllegalStateException("one");
    one.initCause(new IllegalStateException("two", one));
    assertThat(EngineConflict.isIn(one)).isFalse();
  }

  @Test
  void aFailureWithoutAMessage() {
    assertThat(PortConflict.isSaidBy(null)).isFalse();
  }
}
