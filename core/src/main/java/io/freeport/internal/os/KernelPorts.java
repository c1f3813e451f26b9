package io.freeport.internal.os;

import io.freeport.PortRange;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ports that the kernel keeps for purposes of its own.
 *
 * @param ephemeral where it takes a port from when somebody asks for any; Docker's random ports are
 *     from there too
 * @param reserved what the administrator keeps out of that range for particular services
 * @since 0.1.0
 */
public record KernelPorts(PortRange ephemeral, List<PortRange> reserved) {

  /**
   * Linux's default. Its lower end is below that of other systems' (49152), so it serves there too.
   */
  private static final PortRange DEFAULT_EPHEMERAL = new PortRange(32768, 60999);

  private static final Path SETTINGS = Path.of("/proc/sys/net/ipv4");

  /**
   * Takes a copy of the list.
   *
   * @param ephemeral as above
   * @param reserved as above
   */
  public KernelPorts {
    reserved = List.copyOf(reserved);
  }

  /**
   * Returns what is set on this machine now.
   *
   * @return the settings; Linux's defaults where the system does not tell
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

  /** Returns these, with further ones reserved. */
  public KernelPorts without(List<PortRange> avoided) {
    return avoided.isEmpty()
        ? this
        : new KernelPorts(ephemeral, Stream.concat(reserved.stream(), avoided.stream()).toList());
  }

  /** Returns whether a port that nobody asked for by its number may be given out. */
  public boolean leavesOpen(int port) {
    return port >= WellKnownPorts.FIRST_UNPRIVILEGED
        && !ephemeral.contains(port)
        && !WellKnownPorts.contains(port)
        && reserved.stream().noneMatch(range -> range.contains(port));
  }

  /** Returns which ones of some ports may be given out if nobody asked for them by their number. */
  public BitSet openWithin(int first, int last) {
    BitSet open = new BitSet();
    int lowest = Math.max(first, WellKnownPorts.FIRST_UNPRIVILEGED);
    if (lowest <= last) {
      open.set(lowest, last + 1);
      open.clear(ephemeral.first(), ephemeral.last() + 1);
      reserved.forEach(range -> open.clear(range.first(), range.last() + 1));
      WellKnownPorts.removeFrom(open);
    }
    return open;
  }

  private static PortRange range(String[] ends) {
    // The kernel takes a 0 here, which is no port.
    return new PortRange(
        Math.max(1, Integer.parseInt(ends[0])),
        Math.max(1, Integer.parseInt(ends[ends.length - 1])));
  }

  /**
   * Reads a setting at one go: the kernel answers only the first read of such a file, and {@link
   * Files#readString}, finding that the file's size is 0, asks for a single byte first.
   */
  private static @Nullable String setting(Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      return line == null || line.isBlank() ? null : line.strip();
    } catch (IOException notLinux) {
      return null;
    }
  }
}
