package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freeport.internal.settings.EnvironmentSource;
import io.freeport.internal.settings.PropertiesSource;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** Numbers that a setting gives to names, and names that stand for a number. */
class PinnedPortsTest {

  private static PortAllocator withProperty(String name, String value) {
    Properties properties = new Properties();
    properties.setProperty("freeport.port." + name, value);
    return PortAllocator.builder(Settings.of(List.of(new PropertiesSource(properties)))).build();
  }

  private static int freeNumber() {
    try (PortAllocator any = PortAllocator.create()) {
      return any.hold().number();
    }
  }

  @Test
  void aPropertySetsTheNumberOfANamedPort() {
    int number = freeNumber();
    try (PortAllocator allocator = withProperty("web", String.valueOf(number))) {
      HeldPort web = allocator.hold(PortRequest.named("web").range(30000, 30999).build());
      assertThat(web.number()).isEqualTo(number);
      assertThat(web.tier()).isEqualTo(PortTier.PREFERRED);
      assertThat(allocator.hold("other").number()).isNotEqualTo(number);
      assertThat(allocator.hold().number()).isNotEqualTo(number);
    }
  }

  @Test
  void aVariableSetsItToo() {
    int number = freeNumber();
    Settings settings =
        Settings.of(
            List.of(new EnvironmentSource(Map.of("FREEPORT_PORT_MY_DB", String.valueOf(number)))));
    try (PortAllocator allocator = PortAllocator.builder(settings).build()) {
      assertThat(allocator.hold("my db").number()).isEqualTo(number);
    }
  }

  @Test
  void aBlockBeginsThere() {
    int number = freeNumber();
    try (PortAllocator allocator = withProperty("ftp", String.valueOf(number))) {
      assertThat(allocator.holdAll(PortRequest.named("ftp").count(2).contiguous().build()))
          .extracting(HeldPort::number)
          .containsExactly(number, number + 1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> allocator.holdAll(PortRequest.named("ftp").count(2).build()))
          .withMessage(
              "freeport.port.ftp (system property) sets one number, but the request is for 2 TCP ports for \"ftp\"."
                  + " Remove the setting, or ask for one port or for a contiguous block.");
    }
  }

  @Test
  void aNumberThatIsTakenIsAnErrorThatSaysWhoSetIt() throws IOException {
    try (ServerSocket stranger = new ServerSocket(0);
        PortAllocator allocator = withProperty("web", String.valueOf(stranger.getLocalPort()))) {
      assertThatExceptionOfType(PortUnavailableException.class)
          .isThrownBy(() -> allocator.hold("web"))
          .withMessageStartingWith(
              "freeport.port.web (system property) sets this number. Stop what has it, or change or remove the setting.\n"
                  + "No TCP port for \"web\" can be had. Tried: %d (preferred).",
              stranger.getLocalPort());
    }
  }

  @Test
  void aBadNumberIsAnError() {
    for (String bad : List.of("0", "65536", "http")) {
      try (PortAllocator allocator = withProperty("web", bad)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> allocator.hold("web"))
            .withMessage(
                "Bad value for freeport.port.web (system property): \"%s\". Expected a port from 1 to 65535.",
                bad);
      }
    }
  }

  @Test
  void aNameStandsForANumberUntilTheAllocatorIsClosed() throws IOException {
    int web;
    try (PortAllocator allocator = PortAllocator.create()) {
      web = allocator.number("web");
      assertThat(allocator.number("web")).isEqualTo(web);
      assertThat(allocator.number("db")).isNotEqualTo(web);
      for (int start = 0; start < 2; start++) {
        new ServerSocket(web).close();
        assertThatExceptionOfType(BindException.class)
            .as("while the server is down")
            .isThrownBy(
                () -> {
                  try (ServerSocket stranger = new ServerSocket()) {
                    stranger.setReuseAddress(false);
                    stranger.bind(new InetSocketAddress(web));
                  }
                });
      }
    }
    try (PortAllocator other = PortAllocator.create()) {
      other.hold(PortRequest.named("again").preferred(web).strict().build());
    }
  }
}
