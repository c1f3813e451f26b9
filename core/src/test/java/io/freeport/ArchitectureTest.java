package io.freeport;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.testing.Architecture;
import io.freeport.testing.ArchitectureContract;
import io.freeport.testing.ProjectModule;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ArchitectureTest extends ArchitectureContract {

  private static final String VALUES = "values such as PortRange are at the front door";

  ArchitectureTest() {
    super(ProjectModule.CORE, PortAllocator.class);
  }

  @Override
  protected Map<String, Set<String>> publicTypes() {
    return Map.of(
        "io.freeport",
        Set.of(
            "HandoffMode",
            "HeldPort",
            "LeakPolicy",
            "PortAllocator",
            "PortBlock",
            "PortConsumer",
            "PortEvent",
            "PortHandoffException",
            "PortLeakException",
            "PortListener",
            "PortRange",
            "PortRequest",
            "PortState",
            "PortStatistics",
            "PortTier",
            "PortUnavailableException",
            "Protocol",
            "StartedConsumer"),
        "io.freeport.diagnosis",
        Set.of("PortDiagnosis", "PortOccupant", "PortOccupantFinder"),
        "io.freeport.build",
        Set.of("BuildPorts", "BuildShare"),
        "io.freeport.spi",
        Set.of(
            "BeforeTests",
            "EngineCheck",
            "NamedPorts",
            "PortHandover",
            "PortReclaimer",
            "SettingsSource",
            "SharedPorts",
            "WaitGuard"));
  }

  @Test
  void usersMeetAtMostTwentyTypes() {
    assertThat(publicTypes().get("io.freeport")).hasSizeLessThanOrEqualTo(20);
  }

  @Override
  protected Map<String, String> packageArrows() {
    return Map.ofEntries(
        entry("io.freeport.diagnosis -> io.freeport", VALUES),
        entry("io.freeport.internal.handoff -> io.freeport", VALUES),
        entry("io.freeport.internal.hold -> io.freeport", VALUES),
        entry("io.freeport.internal.os -> io.freeport", VALUES),
        entry("io.freeport.internal.owner -> io.freeport", VALUES),
        entry("io.freeport.internal.queue -> io.freeport", VALUES),
        entry("io.freeport.internal.search -> io.freeport", VALUES),
        entry("io.freeport.internal.settings -> io.freeport", VALUES),
        entry("io.freeport.spi -> io.freeport", VALUES));
  }

  @Override
  protected Map<String, String> internalsInSignatures() {
    return Map.of(
        "io.freeport.PortAllocator.builder(io.freeport.internal.settings.Settings)",
        "Modules pass the settings of their session or command.",
        "io.freeport.build.BuildShare$Resource.start(io.freeport.internal.owner.Owner, java.util.function.Consumer)",
        "A resource is labelled with the build as its owner.",
        "io.freeport.build.BuildShare.join(java.lang.String, io.freeport.build.BuildShare$Resource, io.freeport.internal.settings.Settings)",
        "Modules pass the settings of their session or command.",
        "io.freeport.build.BuildShare.build()",
        "A resource is labelled with the build as its owner.");
  }

  /** Internal rooms stand below the classes that users hold in hand. */
  @Test
  void internalsDoNotKnowPortsAndAllocators() {
    check(
        exceptions ->
            Architecture.internalsDoNotKnow(
                Set.of("io.freeport.HeldPort", "io.freeport.PortAllocator"), exceptions),
        Map.of());
  }
}
