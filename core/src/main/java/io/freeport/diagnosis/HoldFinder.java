package io.freeport.diagnosis;

import io.freeport.Protocol;
import io.freeport.internal.owner.OwnerRecord;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.owner.RecordedHold;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Finds the holds of this and other JVMs in FreePort's records. The system does not list a TCP
 * socket that is bound without listening.
 */
final class HoldFinder {

  private HoldFinder() {}

  static List<PortOccupant> find(int port, OwnerRegistry registry) {
    List<PortOccupant> occupants = new ArrayList<>();
    for (OwnerRecord owner : registry.ownersOfThisNetwork()) {
      for (RecordedHold hold : owner.holds()) {
        // The consumer of a port that is handed over is found by other finders.
        if (hold.port() == port && hold.isHeld()) {
          occupants.add(occupant(owner, hold, registry.isPidOf(owner.owner())));
        }
      }
    }
    return occupants;
  }

  /**
   * Leaves out a pid of another host or namespace: here it may belong to a different process, which
   * somebody could then end by mistake.
   *
   * @param isPidHere whether the owner's pid is valid in this namespace
   */
  private static PortOccupant occupant(OwnerRecord owner, RecordedHold hold, boolean isPidHere) {
    List<String> details = new ArrayList<>();
    if (!hold.name().isEmpty()) {
      details.add('"' + hold.name() + '"');
    }
    details.add(hold.state().name().toLowerCase(Locale.ROOT));
    details.add("in " + owner.module());
    long pid = owner.owner().pid();
    if (!isPidHere) {
      details.add("with pid " + pid + " on another host or in another namespace");
    }
    return new PortOccupant(
        PortOccupant.Kind.FREEPORT,
        hold.protocol() == Protocol.UDP ? PortOccupant.Use.UDP : PortOccupant.Use.BOUND,
        hold.usedBy(),
        isPidHere ? OptionalLong.of(pid) : OptionalLong.empty(),
        Optional.empty(),
        Optional.of(hold.since()),
        List.of(),
        details);
  }
}
