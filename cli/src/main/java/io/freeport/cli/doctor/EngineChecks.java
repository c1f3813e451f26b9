package io.freeport.cli.doctor;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Info;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.DockerJavaEngine;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.EngineAddress;
import io.freeport.docker.internal.EngineStrategy;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.TestcontainersSearch;
import io.freeport.docker.internal.lease.LeaseNeed;
import io.freeport.docker.reaper.ReapPlan;
import io.freeport.docker.reaper.Reaper;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Checks of containers: the engine, resources that dead JVMs left there, and Ryuk. */
final class EngineChecks {

  private EngineChecks() {}

  static List<CheckResult> run(Supplier<Settings> settings, Path folder) {
    List<CheckResult> results = new ArrayList<>();
    TestcontainersSearch testcontainers = TestcontainersSearch.ofThisUser();
    try {
      EngineAddress address = DockerJavaEngine.address();
      doubt(address).ifPresent(results::add);
      results.addAll(engine(address));
      TestsEngineCheck.run(address, testcontainers, ModuleChecks.usesTestcontainers(folder))
          .ifPresent(results::add);
    } catch (RuntimeException badSetting) {
      results.add(
          CheckResult.fail(
              "engine", "a setting is invalid", String.valueOf(badSetting.getMessage())));
    }
    results.add(ryuk(testcontainers, settings));
    return results;
  }

  private static Optional<CheckResult> doubt(EngineAddress address) {
    return Optional.ofNullable(address.doubt())
        .map(
            doubt ->
                CheckResult.warn(
                    "engine",
                    doubt,
                    "See docker context ls, or name the engine: --engine, DOCKER_HOST."));
  }

  private static List<CheckResult> engine(EngineAddress address) {
    List<CheckResult> results = new ArrayList<>();
    try (DockerClient client = Engine.connect()) {
      results.add(engine(client, address));
      results.add(leftovers(client));
      results.add(leases(client));
    } catch (IllegalStateException noEngine) {
      results.add(
          CheckResult.warn(
              "engine",
              String.valueOf(noEngine.getMessage()),
              "If tests need containers, start Docker or set DOCKER_HOST; a user who may not write to its socket joins the group"
                  + " docker."));
    } catch (IOException e) {
      results.add(
          CheckResult.warn("engine", "its connection did not close: " + e.getMessage(), ""));
    }
    return results;
  }

  /** It has answered a ping; a proxy in front of it may allow that and little else. */
  private static CheckResult engine(DockerClient client, EngineAddress address) {
    try {
      return engine(client.infoCmd().exec(), address);
    } catch (RuntimeException e) {
      return CheckResult.warn(
          "engine",
          "answers at " + address + ", and does not say what it is: " + firstLine(e),
          "Tests do not need that. If a proxy is in front of it, let it allow /info.");
    }
  }

  private static CheckResult leftovers(DockerClient client) {
    try {
      return stale(Reaper.using(client).plan());
    } catch (IllegalArgumentException badSetting) {
      return CheckResult.fail(
          "leftovers", "a setting is invalid", String.valueOf(badSetting.getMessage()));
    } catch (RuntimeException e) {
      return CheckResult.warn(
          "leftovers",
          firstLine(e),
          "Nor can the reaper tell, which removes what killed test runs leave. If a proxy is in front of the engine, let it allow"
              + " listing containers, networks and volumes.");
    }
  }

  /** Tells what a reaper on another host sees of this one. */
  private static CheckResult leases(DockerClient client) {
    try {
      LeaseNeed need = LeaseNeed.of(DockerContext.ofThisJvm()).at(client);
      long running =
          client.listContainersCmd().withLabelFilter(List.of(Labels.LEASE)).exec().size();
      return CheckResult.ok(
          "leases",
          need.isThere()
              ? "kept by JVMs with containers ("
                  + need.reason()
                  + "); "
                  + running
                  + " run at the engine. Reapers on other hosts see whether JVMs of this machine live"
              : "none ("
                  + need.reason()
                  + "). Reapers on other hosts leave alone what JVMs of this machine start");
    } catch (IllegalArgumentException badSetting) {
      return CheckResult.fail(
          "leases", "a setting is invalid", String.valueOf(badSetting.getMessage()));
    } catch (RuntimeException e) {
      return CheckResult.warn(
          "leases",
          firstLine(e),
          "Nor can a test run tell. If a proxy is in front of the engine, let it allow /version and the list of containers.");
    }
  }

  private static String firstLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static CheckResult engine(Info info, EngineAddress address) {
    List<String> options =
        info.getSecurityOptions() == null ? List.of() : info.getSecurityOptions();
    boolean rootless = options.stream().anyMatch(option -> option.contains("rootless"));
    String text =
        info.getServerVersion() + " at " + address + (rootless ? ", rootless" : ", not rootless");
    return EngineStrategy.isLocalSocket(address.uri())
        ? CheckResult.ok("engine", text)
        : CheckResult.warn(
            "engine",
            text + ", reached by the network",
            "If it is on another host, a hold here is no protection there: a conflict is met by trying another number.");
  }

  private static CheckResult stale(ReapPlan plan) {
    int count = plan.toRemove().size();
    return count == 0
        ? CheckResult.ok("leftovers", "dead JVMs left nothing at the engine")
        : CheckResult.warn(
            "leftovers",
            count + " containers, networks or volumes of dead JVMs",
            "The next test run with FreePort removes them; so does: freeport reap");
  }

  private static CheckResult ryuk(
      TestcontainersSearch testcontainers, Supplier<Settings> settings) {
    Optional<String> off = testcontainers.ryukIsOffBy().map(by -> "off (" + by + ")");
    if (off.isEmpty()) {
      return CheckResult.ok("Ryuk", "on, beside FreePort's reaper");
    }
    return reaper(settings).equals("off")
        ? CheckResult.warn(
            "Ryuk",
            off.get() + ", and freeport.reaper=off: nobody removes what killed test runs leave",
            "Remove freeport.reaper=off.")
        : CheckResult.ok("Ryuk", off.get() + "; FreePort's reaper works without it");
  }

  private static String reaper(Supplier<Settings> settings) {
    try {
      String mode = settings.get().get(SettingKeys.REAPER);
      return mode == null ? "on" : mode;
    } catch (IllegalArgumentException e) {
      return "on"; // told elsewhere
    }
  }
}
