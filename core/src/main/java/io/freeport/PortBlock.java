package io.freeport;

import java.util.Iterator;
import java.util.List;

/**
 * Ports that follow each other without a gap, as passive FTP, RTP or a cluster want them.
 *
 * <pre>{@code
 * PortBlock block = PortBlock.of(allocator.holdAll(PortRequest.named("ftp").count(10).contiguous().build()));
 * start("ftpd", "--passive=" + block.range());
 * }</pre>
 *
 * <p>The block holds nothing itself: the holder of its ports releases them.
 *
 * @param ports in the order of their numbers, at least one
 * @since 0.1.0
 */
public record PortBlock(List<HeldPort> ports) implements Iterable<HeldPort> {

  /**
   * Makes a block of ports.
   *
   * @param ports in the order of their numbers, at least one
   * @throws IllegalArgumentException if they do not follow each other
   */
  public PortBlock {
    ports = List.copyOf(ports);
    if (ports.isEmpty()) {
      throw new IllegalArgumentException("A block has at least one port.");
    }
    for (int i = 0; i < ports.size(); i++) {
      if (ports.get(i).number() != ports.get(0).number() + i) {
        throw new IllegalArgumentException(
            "Not a block: "
                + ports.stream().map(HeldPort::number).toList()
                + ". Ask for ports that are contiguous.");
      }
    }
  }

  /**
   * Makes a block of ports.
   *
   * @param ports in the order of their numbers, at least one
   * @return the block
   * @throws IllegalArgumentException if they do not follow each other
   */
  public static PortBlock of(List<HeldPort> ports) {
    return new PortBlock(ports);
  }

  /**
   * Returns the port with the lowest number.
   *
   * @return the first one
   */
  public HeldPort first() {
    return ports.get(0);
  }

  /**
   * Returns the port with the highest number.
   *
   * @return the last one, which may be the first one
   */
  public HeldPort last() {
    return ports.get(ports.size() - 1);
  }

  /**
   * Returns the numbers.
   *
   * @return from the first to the last one; its text is as {@code 30000-30009}
   */
  public PortRange range() {
    return new PortRange(first().number(), last().number());
  }

  /** Opens all ports to their consumer, see {@link HeldPort#offer()}. */
  public void offer() {
    ports.forEach(HeldPort::offer);
  }

  @Override
  public Iterator<HeldPort> iterator() {
    return ports.iterator();
  }
}
