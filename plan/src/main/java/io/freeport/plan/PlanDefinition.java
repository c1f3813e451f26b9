package io.freeport.plan;

import io.freeport.PortRange;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.internal.file.LoadedPlan;
import io.freeport.plan.internal.file.Spelling;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What a plan says. {@link PortPlan} shows it to users, {@link PortAssignments} acts on it. */
record PlanDefinition(
    LoadedPlan loaded, ConflictStrategy strategy, Duration healthTimeout, List<PortRange> avoided) {

  static PlanDefinition of(LoadedPlan loaded) {
    loaded.fileSettings().requireValid();
    Settings settings = loaded.settings();
    return new PlanDefinition(
        loaded,
        settings.choice(SettingKeys.STRATEGY, ConflictStrategy.MINIMAL),
        settings.get(SettingKeys.HEALTH_TIMEOUT),
        settings.get(SettingKeys.AVOID));
  }

  /** Returns the services in the order in which they are written. */
  Map<String, PortService> services() {
    return Collections.unmodifiableMap(loaded.services());
  }

  /** Returns the services in the order in which they get their ports. */
  List<PortService> inOrder() {
    List<PortService> services = new ArrayList<>(loaded.services().values());
    services.sort(Comparator.comparing(PortService::priority)); // stable
    return services;
  }

  PortService service(String name) {
    PortService service = loaded.services().get(name);
    if (service == null) {
      throw new IllegalArgumentException(
          "There is no service \""
              + name
              + "\" in the plan."
              + Spelling.suggest(name, loaded.services().keySet()));
    }
    return service;
  }

  String environment() {
    return loaded.environment();
  }

  /** Returns the same text in all processes and modules of a checkout. */
  String id() {
    return UUID.nameUUIDFromBytes(loaded.source().toString().getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  int bindRetries() {
    return loaded.settings().get(SettingKeys.BIND_RETRIES);
  }
}
