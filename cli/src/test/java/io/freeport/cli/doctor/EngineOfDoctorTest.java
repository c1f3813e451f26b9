package io.freeport.cli.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.cli.CliProcess;
import io.freeport.cli.StandInEngine;
import io.freeport.cli.terminal.ExitStatus;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which engine is asked, what says so, and whether the tests ask the same. */
class EngineOfDoctorTest {

  @TempDir private Path folder;

  private final Map<String, String> environment = new HashMap<>();
  private Path home;
  private Path module;
  private Path config;
  private StandInEngine work;
  private StandInEngine other;

  @BeforeEach
  void start() throws IOException {
    home = Files.createDirectory(folder.resolve("home"));
    module = Files.createDirectory(folder.resolve("module"));
    config = Files.createDirectory(folder.resolve("config"));
    environment.put("JAVA_TOOL_OPTIONS", "-Duser.home=" + home);
    environment.put("DOCKER_CONFIG", config.toString());
    environment.put("DOCKER_HOST", "");
    work = new StandInEngine("work", 1);
    other = new StandInEngine("other", 1);
  }

  @AfterEach
  void stop() {
    work.close();
    other.close();
  }

  private String doctor(String... options) throws Exception {
    String[] args = new String[options.length + 1];
    args[0] = "doctor";
    System.arraycopy(options, 0, args, 1, options.length);
    return CliProcess.run(environment, module, args).out();
  }

  /** As {@code docker context create} writes it. */
  private void context(String name, String address) throws Exception {
    Path meta = Files.createDirectories(ofContext("meta", name));
    Files.writeString(
        meta.resolve("meta.json"),
        "{\"Name\":\"%s\",\"Metadata\":{},\"Endpoints\":{\"docker\":{\"Host\":\"%s\",\"SkipTLSVerify\":false}}}"
            .formatted(name, address));
  }

  private Path ofContext(String kind, String name) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
    return config.resolve("contexts").resolve(kind).resolve(HexFormat.of().formatHex(hash));
  }

  /** As {@code docker context use} writes it. */
  private void use(String context) throws IOException {
    Files.writeString(config.resolve("config.json"), "{\"currentContext\": \"" + context + "\"}");
  }

  private void testcontainers(String properties) throws IOException {
    Files.writeString(home.resolve(".testcontainers.properties"), properties);
  }

  private void needsTestcontainers() throws IOException {
    Files.writeString(
        module.resolve("pom.xml"),
        "<project><dependencies><dependency><groupId>org.testcontainers</groupId>"
            + "<artifactId>testcontainers-postgresql</artifactId></dependency></dependencies></project>");
  }

  @Test
  void saysWhatNamesTheEngine() throws Exception {
    context("work", work.address());
    use("work");
    assertThat(doctor())
        .contains(
            "warn engine           work at "
                + work.address()
                + " (Docker context \"work\" of "
                + config
                + "/config.json), not rootless")
        .doesNotContain("Testcontainers");

    context("other", other.address());
    environment.put("DOCKER_CONTEXT", "other");
    assertThat(doctor())
        .contains("other at " + other.address() + " (Docker context \"other\" of DOCKER_CONTEXT)");

    environment.put("DOCKER_HOST", work.address());
    assertThat(doctor()).contains("work at " + work.address() + " (DOCKER_HOST)");

    assertThat(doctor("--engine", other.address()))
        .contains("other at " + other.address() + " (--engine)");
  }

  @Test
  void warnsOfAContextThatIsNotThere() throws Exception {
    environment.put("DOCKER_CONTEXT", "nowhere");
    assertThat(doctor())
        .contains(
            "warn engine           DOCKER_CONTEXT names the Docker context \"nowhere\", and there is none in "
                + config
                + "/contexts\n")
        .contains(" (default)");
  }

  /** Forbidden: the certificates of a context for the engine of another address. */
  @Test
  void connectsToAnAddressWithoutTheCertificatesOfTheContext() throws Exception {
    context("work", "tcp://192.0.2.1:2376");
    Path certificates = Files.createDirectories(ofContext("tls", "work").resolve("docker"));
    for (String name : new String[] {"ca.pem", "cert.pem", "key.pem"}) {
      Files.writeString(certificates.resolve(name), "none");
    }
    use("work");
    environment.put("DOCKER_HOST", other.address());
    assertThat(doctor()).contains("other at " + other.address() + " (DOCKER_HOST)");
    environment.put("DOCKER_HOST", "");
    assertThat(doctor("--engine", other.address())).contains("other at ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo", "a b", "ssh://user@host", "tcp://localhost"})
  void saysWhichAddressCannotBeRead(String address) throws Exception {
    environment.put("DOCKER_HOST", address);
    String expected = "expected the address of a Docker engine, as unix:///var/run/docker.sock, ";
    assertThat(doctor())
        .contains("fail engine           a setting is invalid")
        .contains("DOCKER_HOST: " + expected)
        .contains("but was \"" + address + "\"\n");
    CliProcess.Result reap = CliProcess.run(environment, module, "reap");
    assertThat(reap.status()).isEqualTo(ExitStatus.FAILED);
    assertThat(reap.err()).contains("DOCKER_HOST: " + expected);
  }

  @Test
  void saysWhichContextCannotBeAsked() throws Exception {
    context("far", "ssh://user@host");
    use("far");
    assertThat(doctor())
        .contains("Docker context \"far\" of " + config + "/config.json: expected the address ")
        .contains("but was \"ssh://user@host\"\n");
  }

  @Test
  void saysThatTheConfigurationCannotBeRead() throws Exception {
    Files.writeString(config.resolve("config.json"), "{");
    assertThat(doctor())
        .contains(
            "The Docker client's configuration (DOCKER_CONFIG, or ~/.docker) cannot be read: ")
        .contains("config");
  }

  @Test
  void warnsOfTestsThatAskAnotherEngine() throws Exception {
    context("work", work.address());
    use("work");
    needsTestcontainers();
    testcontainers("docker.host=" + other.address().replace(":", "\\:") + "\n");
    Path properties = home.resolve(".testcontainers.properties");
    assertThat(doctor())
        .contains(
            "warn Testcontainers   asks "
                + other.address()
                + " (docker.host of "
                + properties
                + "), and this command line "
                + work.address()
                + " (Docker context \"work\" of "
                + config
                + "/config.json)\n")
        .contains(
            "To ask the engine of the tests, use --engine "
                + other.address()
                + ". To have the tests ask the other one, set DOCKER_HOST="
                + work.address()
                + ", or docker.host="
                + work.address()
                + " in "
                + properties
                + ".\n");
    assertThat(doctor("--engine", other.address()))
        .as("what was told to do")
        .contains("ok   Testcontainers   asks the same engine (docker.host of ");
    environment.put("DOCKER_HOST", work.address());
    assertThat(doctor())
        .as("what was told to do")
        .contains("ok   Testcontainers   asks the same engine (DOCKER_HOST)\n");
  }

  /** A build of Gradle's, and a file that counts whatever the module is. */
  @Test
  void findsTestcontainersElsewhere() throws Exception {
    context("work", work.address());
    use("work");
    testcontainers("tc.host=" + other.address() + "\n");
    assertThat(doctor())
        .contains("warn Testcontainers   asks " + other.address() + " (tc.host of ")
        .contains("remove tc.host of ");
    testcontainers("");
    Files.writeString(
        module.resolve("build.gradle.kts"),
        "dependencies { testImplementation(\"org.testcontainers:testcontainers\") }");
    assertThat(doctor()).containsPattern("warn Testcontainers +(asks|finds no engine)");
  }

  /** Testcontainers goes on to the next place; docker-java does not. */
  @Test
  void comparesWithWhereSomebodyListens() throws Exception {
    needsTestcontainers();
    environment.put("DOCKER_HOST", "unix:///nonexistent.sock");
    environment.put("XDG_RUNTIME_DIR", folder.toString());
    Path socket = folder.resolve("docker.sock");
    try (ServerSocketChannel rootless = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      rootless.bind(UnixDomainSocketAddress.of(socket));
      assertThat(doctor())
          .contains("no engine answers at unix:///nonexistent.sock (DOCKER_HOST)")
          .contains(
              "warn Testcontainers   asks unix://"
                  + socket
                  + " (rootless Docker), and this command line unix:///nonexistent.sock (DOCKER_HOST)\n")
          .contains("To ask the engine of the tests, use --engine unix://" + socket + ".\n");
    }
  }

  /** Docker Desktop's socket, for one, has two names. */
  @Test
  void knowsAnEngineByAnotherAddress() throws Exception {
    needsTestcontainers();
    testcontainers("docker.host=" + work.address().replace("127.0.0.1", "localhost") + "\n");
    assertThat(doctor("--engine", work.address()))
        .contains("ok   Testcontainers   asks the same engine");
  }
}
