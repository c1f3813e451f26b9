package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.cli.terminal.ExitStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --engine}, for all commands that ask one. */
class EngineOptionTest {

  private static final String NOBODY = "unix:///nonexistent.sock";

  @TempDir private Path folder;

  private ServerSocket taken;
  private StandInEngine named;
  private StandInEngine ofTheEnvironment;

  @BeforeEach
  void listen() throws IOException {
    taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    named = new StandInEngine("named", taken.getLocalPort());
    ofTheEnvironment = new StandInEngine("of-the-environment", taken.getLocalPort());
  }

  @AfterEach
  void close() throws IOException {
    named.close();
    ofTheEnvironment.close();
    taken.close();
  }

  private CliProcess.Result run(String... args) throws Exception {
    return CliProcess.run(Map.of("DOCKER_HOST", ofTheEnvironment.address()), folder, args);
  }

  private String[] with(String command, String... more) {
    List<String> words =
        new ArrayList<>(List.of(command.replace("PORT", "" + taken.getLocalPort()).split(" ", -1)));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource({
    "who PORT, of-named",
    "check PORT, of-named",
    "kill PORT, of-named",
    "ls, ''",
    "reap --dry-run, stand-in",
    "doctor, named at tcp://"
  })
  void asksTheEngineThatIsNamed(String command, String seen) throws Exception {
    CliProcess.Result result = run(with(command, "--engine", named.address()));
    assertThat(result.out()).contains(seen);
    assertThat(named.requests).as(result.out() + result.err()).isNotEmpty();
    assertThat(ofTheEnvironment.requests).isEmpty();
  }

  @Test
  void mayStandBeforeTheCommand() throws Exception {
    assertThat(run(with("--engine " + named.address() + " who PORT")).out()).contains("of-named");
    assertThat(ofTheEnvironment.requests).isEmpty();
  }

  /** Also where the environment names none that could be asked. */
  @Test
  void needsNoOtherAddress() throws Exception {
    Map<String, String> unreadable =
        Map.of("DOCKER_HOST", "not an address", "DOCKER_CONFIG", "/dev/null");
    assertThat(
            CliProcess.run(unreadable, folder, with("who PORT", "--engine", named.address())).out())
        .contains("of-named");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foo",
        "a b",
        "/var/run/docker.sock",
        "unix://var/run/docker.sock",
        "tcp://localhost",
        "ssh://user@host",
        "https://localhost:2376",
        ""
      })
  void refusesWhatIsNoAddress(String address) throws Exception {
    CliProcess.Result result = run("ls", "--engine", address);
    assertThat(result.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(result.err())
        .contains("--engine", "unix:///var/run/docker.sock", "but was \"" + address + "\"");
    assertThat(ofTheEnvironment.requests).isEmpty();
  }

  /** Forbidden: an answer without the containers of the engine that was asked for. */
  @ParameterizedTest
  @ValueSource(strings = {"who PORT", "check PORT", "kill PORT", "reap"})
  void failsIfTheEngineThatIsNamedDoesNotAnswer(String command) throws Exception {
    CliProcess.Result result = run(with(command, "--engine", NOBODY));
    assertThat(result.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(result.err()).contains("no engine answers at " + NOBODY + " (--engine): ");
    assertThat(ofTheEnvironment.requests).isEmpty();
  }
}
