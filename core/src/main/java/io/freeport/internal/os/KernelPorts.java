package io.freeport.internal.os;

import io.freeport.PortRange;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ports that the kernel reserves.
 *
 * @param ephemeral the range from which the kernel takes a port for a bind to port 0, and Docker
 *     its random ports
 * @param reserved the ports that the administrator reserves for particular services
 * @since 0.1.0
 */
public record KernelPorts(PortRange ephemeral, List<PortRange> reserved) {

  /**
   * Linux's default. Its lower end is below that of other systems (49152), so it serves there too.
   */
  private static final PortRange DEFAULT_EPHEMERAL = new PortRange(32768, 60999);

  private static final Path SETTINGS = ProcFs.path("sys/net/ipv4");

  /**
   * Copies the list.
   *
   * @param ephemeral as above
   * @param reserved as above
   */
  public KernelPorts {
    reserved = List.copyOf(reserved);
  }

  /**
   * Returns the current settings of this machine.
   *
   * @return the settings; Linux's defaults where the system does not show them
   */
  public static KernelPorts ofThisMachine() {
    return read(SETTINGS);
  }

  static KernelPorts read(Path settings) {
    String range = setting(settings.resolve("ip_local_port_range"));
    String reserved = setting(settings.resolve("ip_local_reserved_ports"));
    return new KernelPorts(
        range == null ? DEFAULT_EPHEMERAL : range(range.split("\\s+")),
        reserved == null
            ? List.of()
            : Stream.of(reserved.split(",")).map(ports -> range(ports.split("-"))).toList());
  }

  /** Returns a copy with further reserved ports. */
  public KernelPorts without(List<PortRange> avoided) {
    return avoided.isEmpty()
        ? this
        : new KernelPorts(ephemeral, Stream.concat(reserved.stream(), avoided.stream()).toList());
  }

  /** Returns whether a request that does not name this port may get it. */
  public boolean leavesOpen(int port) {
    return port >= WellKnownPorts.FIRST_UNPRIVILEGED
        && !ephemeral.contains(port)
        && !WellKnownPorts.contains(port)
        && !WellKnownPorts.isBlockedByBrowsers(port)
        && reserved.stream().noneMatch(range -> range.contains(port));
  }

  /** Returns the ports from first to last that a request may get without naming them. */
  public BitSet openWithin(int first, int last) {
    BitSet open = notReserved(first, last);
    open.clear(ephemeral.first(), ephemeral.last() + 1);
    return open;
  }

  /** Returns the ephemeral ports from first on that a request gets where there are no others. */
  public BitSet openEphemeral(int first) {
    return notReserved(Math.max(first, ephemeral.first()), ephemeral.last());
  }

  private BitSet notReserved(int first, int last) {
    BitSet open = new BitSet();
    int lowest = Math.max(first, WellKnownPorts.FIRST_UNPRIVILEGED);
    if (lowest <= last) {
      open.set(lowest, last + 1);
      for (PortRange range : reserved) {
        open.clear(range.first(), range.last() + 1);
      }
      WellKnownPorts.removeFrom(open);
    }
    return open;
  }

  private static PortRange range(String[] ends) {
    // The kernel accepts a 0 here, which is no port.
    return new PortRange(
        Math.max(1, Integer.parseInt(ends[0])),
        Math.max(1, Integer.parseInt(ends[ends.length - 1])));
  }

  private static @Nullable String setting(Path file) {
    try {
      String line = ProcFs.line(file);
      return line.isEmpty() ? null : line;
    } catch (IOException notLinux) {
      return null;
    }
  }
}
