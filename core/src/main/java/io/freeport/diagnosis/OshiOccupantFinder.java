package io.freeport.diagnosis;

import io.freeport.diagnosis.PortOccupant.Kind;
import io.freeport.diagnosis.PortOccupant.Use;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import oshi.SystemInfo;
import oshi.software.os.InternetProtocolStats.IPConnection;
import oshi.software.os.InternetProtocolStats.TcpState;
import oshi.software.os.OSProcess;
import oshi.software.os.OperatingSystem;

/**
 * Finds processes by OSHI, on systems without {@code /proc}. This is the only class that needs
 * OSHI, which may be missing.
 */
final class OshiOccupantFinder {

  private OshiOccupantFinder() {}

  /** The sockets of one process that are used alike make one occupant. */
  private record Key(Use use, int pid) {
    static final Comparator<Key> ORDER = Comparator.comparing(Key::use).thenComparing(Key::pid);
  }

  static List<PortOccupant> find(int port) {
    OperatingSystem system = new SystemInfo().getOperatingSystem();
    Map<Key, TreeSet<String>> addresses = new TreeMap<>(Key.ORDER);
    for (IPConnection socket : system.getInternetProtocolStats().getConnections()) {
      if (socket.getLocalPort() == port) {
        addresses
            .computeIfAbsent(
                new Key(useOf(socket), socket.getowningProcessId()), key -> new TreeSet<>())
            .add(addressOf(socket));
      }
    }
    // The connections of a server that listens are not what keeps others from its port.
    if (addresses.keySet().stream().anyMatch(key -> key.use() == Use.LISTENING)) {
      addresses.keySet().removeIf(key -> key.use() == Use.CONNECTED || key.use() == Use.CLOSING);
    }
    List<PortOccupant> occupants = new ArrayList<>();
    addresses.forEach(
        (key, itsAddresses) ->
            occupant(key, List.copyOf(itsAddresses), system).ifPresent(occupants::add));
    return occupants;
  }

  private static Use useOf(IPConnection socket) {
    if (socket.getType().startsWith("udp")) {
      return Use.UDP;
    }
    boolean isProcess = socket.getowningProcessId() > 0;
    TcpState state = socket.getState();
    return switch (state) {
      case LISTEN -> Use.LISTENING;
      case CLOSED, NONE -> isProcess ? Use.BOUND : Use.CLOSING;
      case FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT ->
          isProcess ? Use.CONNECTED : Use.CLOSING;
      default -> Use.CONNECTED;
    };
  }

  /** Returns nothing if the process has ended meanwhile. */
  private static Optional<PortOccupant> occupant(
      Key key, List<String> addresses, OperatingSystem system) {
    if (key.pid() <= 0) {
      return Optional.of(
          new PortOccupant(
              key.use() == Use.CLOSING ? Kind.SYSTEM : Kind.PROCESS,
              key.use(),
              "",
              OptionalLong.empty(),
              Optional.empty(),
              Optional.empty(),
              addresses,
              List.of()));
    }
    OSProcess process = system.getProcess(key.pid());
    if (process == null) {
      return Optional.empty();
    }
    Optional<ProcessHandle.Info> info = ProcessHandle.of(key.pid()).map(ProcessHandle::info);
    return Optional.of(
        new PortOccupant(
            Kind.PROCESS,
            key.use(),
            process.getName(),
            OptionalLong.of(key.pid()),
            info.flatMap(ProcessHandle.Info::user),
            info.flatMap(ProcessHandle.Info::startInstant),
            addresses,
            List.of()));
  }

  private static String addressOf(IPConnection socket) {
    byte[] address = socket.getLocalAddress();
    if (address.length == 0) {
      return "*:" + socket.getLocalPort();
    }
    try {
      return SocketAddressText.of(InetAddress.getByAddress(address), socket.getLocalPort());
    } catch (UnknownHostException e) {
      throw new AssertionError("OSHI gives an address of " + address.length + " bytes", e);
    }
  }
}
