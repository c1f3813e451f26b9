package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.reaper.Reaper;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.Settings;
import io.freeport.junit5.RequiresDocker;
import io.freeport.testing.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresDocker
class ContainersTest {

  private static final int REDIS = 6379;
  private static final String OWNER = "io.freeport.owner";

  private final List<String> started = new ArrayList<>();
  private DockerClient client;

  @BeforeEach
  void connect() {
    client = Engine.connect();
  }

  @AfterEach
  void removeContainers() throws Exception {
    for (String id : started) {
      if (exists(id)) {
        client.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
      }
    }
    client.close();
  }

  /** Publishes redis on a port of the engine's choice. */
  private String start(Map<String, String> labels) {
    String id =
        client
            .createContainerCmd("redis:7.0")
            .withLabels(labels)
            .withExposedPorts(ExposedPort.tcp(REDIS))
            .withHostConfig(
                HostConfig.newHostConfig()
                    .withPortBindings(
                        new PortBinding(Ports.Binding.bindIp("127.0.0.1"), ExposedPort.tcp(REDIS))))
            .exec()
            .getId();
    started.add(id);
    client.startContainerCmd(id).exec();
    return id;
  }

  private int portOf(String id) {
    Ports.Binding[] bindings =
        client
            .inspectContainerCmd(id)
            .exec()
            .getNetworkSettings()
            .getPorts()
            .getBindings()
            .get(ExposedPort.tcp(REDIS));
    return Integer.parseInt(Objects.requireNonNull(bindings)[0].getHostPortSpec());
  }

  private boolean exists(String id) {
    try {
      client.inspectContainerCmd(id).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  private boolean isRunning(String id) {
    return Boolean.TRUE.equals(client.inspectContainerCmd(id).exec().getState().getRunning());
  }

  @Test
  void whoNamesTheContainerAndKillStopsIt() throws Exception {
    String victim = start(Reaper.labels());
    String bystander = start(Reaper.labels());
    String name = client.inspectContainerCmd(victim).exec().getName().substring(1);
    String port = String.valueOf(portOf(victim));

    CliProcess.Result who = CliProcess.run("who", port);
    assertThat(who.status()).isZero();
    assertThat(who.out())
        .contains("Port " + port + " is taken by container " + name + " (redis:7.0, ")
        .contains("started by the JVM with pid " + ProcessHandle.current().pid());

    CliProcess.Result ls = CliProcess.run("ls");
    assertThat(ls.out())
        .containsPattern(port + " +container +" + victim.substring(0, 12) + " +redis:7.0\n");

    CliProcess.Result refused = CliProcess.run("kill", port);
    assertThat(refused.status()).isEqualTo(ExitStatus.REFUSED);
    assertThat(isRunning(victim)).isTrue();

    CliProcess.Result kill = CliProcess.run("kill", "--yes", port);
    assertThat(kill.err()).isEmpty();
    assertThat(kill.out())
        .contains("Stopped container " + name + ".\n")
        .endsWith("Port " + port + " is free now.\n")
        .doesNotContain("Sent");
    assertThat(kill.status()).isZero();
    assertThat(isRunning(victim)).as("stopped, and not removed").isFalse();
    assertThat(isRunning(bystander)).isTrue();
  }

  @Test
  void reapRemovesWhatIsOfTheDeadOnly() throws Exception {
    String ofLiving = start(Reaper.labels());
    String ofNobody = start(Map.of());
    String ofDead = start(Map.of(OWNER, deadOwner()));

    JsonNode plan = Json.parse(CliProcess.run("reap", "--dry-run", "--json").out());
    assertThat(finding(plan, ofDead).at("/remove").asBoolean()).isTrue();
    assertThat(finding(plan, ofDead).at("/removed").asBoolean()).isFalse();
    assertThat(finding(plan, ofLiving).at("/remove").asBoolean()).isFalse();
    assertThat(plan.toString()).doesNotContain(ofNobody);
    assertThat(exists(ofDead)).isTrue();

    CliProcess.Result doctor = CliProcess.run("doctor");
    assertThat(doctor.out()).containsPattern("ok +engine +\\d.*\nwarn leftovers ");

    CliProcess.Result reap = CliProcess.run("reap");
    assertThat(reap.status()).isZero();
    assertThat(reap.out())
        .containsPattern("removed +container +" + ofDead.substring(0, 12) + " +redis:7.0 .* dead ")
        .containsPattern("keep +container +" + ofLiving.substring(0, 12) + " +redis:7.0 .* alive ")
        .containsPattern("\nRemoved \\d+ of \\d+\\.\n$");
    assertThat(exists(ofDead)).isFalse();
    assertThat(isRunning(ofLiving)).isTrue();
    assertThat(isRunning(ofNobody)).isTrue();
  }

  @Test
  void reapShowsHowFarItIsOnATerminal() throws Exception {
    String owner = deadOwner();
    start(Map.of(OWNER, owner));
    start(Map.of(OWNER, owner));
    try (PseudoTerminal terminal = PseudoTerminal.start(Map.of(), "reap")) {
      assertThat(terminal.awaitEnd()).isZero();
      assertThat(terminal.seen()).containsPattern("\r\\[#+ *] 1/\\d+");
    }
  }

  @Test
  void findRemovesNothing() throws Exception {
    String ofDead = start(Map.of(OWNER, deadOwner()));
    String range = portOf(ofDead) + "-" + portOf(ofDead);
    assertThat(CliProcess.run("find", "--range", range).status()).isEqualTo(ExitStatus.NO);
    assertThat(isRunning(ofDead)).isTrue();
  }

  /** Only shown: on the same engine there may be those of others out of sight. */
  @Test
  void reapTakesInThoseOutOfSightIfTheyAreOld() throws Exception {
    String elsewhere = start(Map.of(OWNER, "elsewhere/1/2/0123abcd"));
    JsonNode plan = Json.parse(CliProcess.run("reap", "--dry-run", "--json").out());
    assertThat(finding(plan, elsewhere).at("/ownerIs").asText()).isEqualTo("unknown");
    assertThat(finding(plan, elsewhere).at("/remove").asBoolean()).isFalse();
    String[] old = {"reap", "--dry-run", "--json", "--older-than", "0.001s"};
    plan = Json.parse(CliProcess.run(old).out());
    assertThat(finding(plan, elsewhere).at("/remove").asBoolean()).isTrue();
    old[4] = "72h";
    plan = Json.parse(CliProcess.run(old).out());
    assertThat(finding(plan, elsewhere).at("/remove").asBoolean()).isFalse();
  }

  @Test
  void doctorSaysWhatAProxyForbids(@TempDir Path folder) throws Exception {
    try (RestrictedEngine engine =
        new RestrictedEngine(folder.resolve("no-info.sock"), "^GET \\S*/info")) {
      CliProcess.Result doctor = CliProcess.run(engine.environment(), folder, "doctor");
      assertThat(doctor.out())
          .contains(
              "warn engine           answers at unix://"
                  + folder
                  + "/no-info.sock (DOCKER_HOST), and ")
          .containsPattern("(ok|warn) +leftovers +(dead|\\d)")
          .contains("   Ryuk  ")
          .contains("ok   freeport.yaml ");
      assertThat(doctor.status()).isZero();
    }
    try (RestrictedEngine engine =
        new RestrictedEngine(folder.resolve("no-list.sock"), "^GET \\S*/json\\?")) {
      CliProcess.Result doctor = CliProcess.run(engine.environment(), folder, "doctor");
      assertThat(doctor.out())
          .containsPattern("ok +engine +\\d")
          .contains("warn leftovers        Cannot tell what is left behind: ")
          .doesNotContain("start Docker");
    }
  }

  private static JsonNode finding(JsonNode plan, String id) {
    for (JsonNode finding : plan.at("/findings")) {
      if (finding.at("/id").asText().equals(id)) {
        return finding;
      }
    }
    throw new AssertionError("Not in the plan: " + id + " in " + plan);
  }

  private static String deadOwner() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(Child.class)) {
      String owner = jvm.readLine();
      jvm.kill();
      return owner;
    }
  }

  /** Says who it is, and waits for its end. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      System.out.println(OwnerRegistry.of(Settings.ofThisJvm()).self());
      System.in.read();
    }
  }
}
