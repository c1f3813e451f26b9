package io.freeport.diagnosis;

import io.freeport.Protocol;
import io.freeport.diagnosis.PortOccupant.Kind;
import io.freeport.diagnosis.PortOccupant.Use;
import io.freeport.internal.os.ProcFs;
import io.freeport.internal.os.SocketOwners;
import io.freeport.internal.os.SocketTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds processes by what Linux shows in {@code /proc}, without a library. */
final class ProcOccupantFinder {

  private static final long UNSEEN = 0;

  private ProcOccupantFinder() {}

  /** The sockets of one process that are used alike make one occupant. */
  private record Key(Use use, long pid) {
    static final Comparator<Key> ORDER = Comparator.comparing(Key::use).thenComparing(Key::pid);
  }

  static List<PortOccupant> find(int port) {
    List<SocketTable.Entry> entries;
    try {
      entries = SocketTable.entries(Protocol.TCP_AND_UDP, port);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the table of sockets", e);
    }
    // The connections of a server that listens are not what keeps others from its port.
    if (entries.stream().anyMatch(entry -> useOf(entry) == Use.LISTENING)) {
      entries.removeIf(entry -> useOf(entry) == Use.CONNECTED || useOf(entry) == Use.CLOSING);
    }
    Map<Long, Long> owners = ownersOf(entries);
    Map<Key, TreeSet<String>> addresses = new TreeMap<>(Key.ORDER);
    for (SocketTable.Entry entry : entries) {
      addresses
          .computeIfAbsent(
              new Key(useOf(entry), owners.getOrDefault(entry.inode(), UNSEEN)),
              key -> new TreeSet<>())
          .add(SocketAddressText.of(entry.address(), port));
    }
    List<PortOccupant> occupants = new ArrayList<>();
    addresses.forEach((key, its) -> occupants.add(occupant(key, List.copyOf(its))));
    return occupants;
  }

  /**
   * Returns which process has each socket. It takes a while to look at all open files of a machine,
   * so those of this JVM and of its children come first, and no others if that is enough. If
   * several processes share a socket, it is that of the first one.
   */
  private static Map<Long, Long> ownersOf(List<SocketTable.Entry> entries) {
    Set<Long> left =
        entries.stream()
            .map(SocketTable.Entry::inode)
            .filter(inode -> inode != 0)
            .collect(Collectors.toCollection(HashSet::new));
    Map<Long, Long> owners = new HashMap<>();
    ProcessHandle self = ProcessHandle.current();
    addOwners(Stream.of(self), left, owners);
    addOwners(self.descendants(), left, owners);
    if (!left.isEmpty()) {
      addOwners(ProcessHandle.allProcesses(), left, owners);
    }
    return owners;
  }

  private static void addOwners(
      Stream<ProcessHandle> processes, Set<Long> left, Map<Long, Long> owners) {
    processes
        .takeWhile(process -> !left.isEmpty())
        .forEach(
            process -> {
              Set<Long> open = SocketOwners.openIn(process.pid(), left);
              open.forEach(inode -> owners.put(inode, process.pid()));
              left.removeAll(open);
            });
  }

  private static Use useOf(SocketTable.Entry entry) {
    if (entry.protocol() == Protocol.UDP) {
      return Use.UDP;
    }
    if (entry.isListening()) {
      return Use.LISTENING;
    }
    return entry.inode() == 0 ? Use.CLOSING : Use.CONNECTED;
  }

  private static PortOccupant occupant(Key key, List<String> addresses) {
    Optional<ProcessHandle.Info> info =
        key.pid() == UNSEEN
            ? Optional.empty()
            : ProcessHandle.of(key.pid()).map(ProcessHandle::info);
    return new PortOccupant(
        key.use() == Use.CLOSING ? Kind.SYSTEM : Kind.PROCESS,
        key.use(),
        key.pid() == UNSEEN ? "" : ProcFs.command(key.pid()),
        key.pid() == UNSEEN ? OptionalLong.empty() : OptionalLong.of(key.pid()),
        info.flatMap(ProcessHandle.Info::user),
        info.flatMap(ProcessHandle.Info::startInstant),
        addresses,
        List.of());
  }
}
