package io.freeport.internal.os;

import io.freeport.Protocol;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The system's table of sockets, in {@code /proc/net}, see proc(5). Reading it takes no right to
 * bind a port, and is in nobody's way.
 *
 * <p>It shows the sockets of this network namespace, of all users. A TCP socket that is bound and
 * neither listens nor is connected is not in it.
 */
public final class SocketTable {

  private static final int TIME_WAIT = 0x06;
  private static final int UDP_IS_NOT_CONNECTED = 0x07;
  private static final int LISTEN = 0x0A;
  private static final String LISTENS = " 0A ";

  private SocketTable() {}

  /**
   * A socket that is bound to a port.
   *
   * @param protocol TCP or UDP
   * @param address the local address
   * @param state as the kernel numbers the states of TCP
   * @param user the id of the user that opened it
   * @param inode of the socket; 0 if no process has it any more
   */
  public record Entry(Protocol protocol, InetAddress address, int state, long user, long inode) {

    /** Returns whether the socket accepts connections, or datagrams from any sender. */
    public boolean isListening() {
      return state == (protocol == Protocol.TCP ? LISTEN : UDP_IS_NOT_CONNECTED);
    }

    /** Returns whether it is a connection that was closed from this side within the last minute. */
    public boolean isInTimeWait() {
      return protocol == Protocol.TCP && state == TIME_WAIT;
    }

    private boolean isReachedBy(@Nullable InetAddress other) {
      return other == null
          || other.isAnyLocalAddress()
          || address.isAnyLocalAddress()
          || address.equals(other);
    }
  }

  /**
   * Returns the sockets with a port, whatever they do with it.
   *
   * @param protocol for {@link Protocol#TCP_AND_UDP}, those of both
   * @throws java.nio.file.NoSuchFileException if the system has no such table
   */
  public static List<Entry> entries(Protocol protocol, int port) throws IOException {
    List<Entry> entries = new ArrayList<>();
    if (protocol.hasTcp()) {
      addAll(Protocol.TCP, "tcp", port, false, entries);
    }
    if (protocol.hasUdp()) {
      addAll(Protocol.UDP, "udp", port, false, entries);
    }
    return entries;
  }

  /**
   * Returns the TCP sockets that listen on a port. The table begins with all that listen, so the
   * rest, which may be a hundred thousand former connections, is not read.
   *
   * @param address a socket on another address does not count; null for all addresses
   * @throws java.nio.file.NoSuchFileException if the system has no such table
   */
  public static List<Entry> listeners(@Nullable InetAddress address, int port) throws IOException {
    List<Entry> entries = new ArrayList<>();
    addAll(Protocol.TCP, "tcp", port, true, entries);
    entries.removeIf(entry -> !entry.isReachedBy(address));
    return entries;
  }

  /**
   * Returns whether a UDP socket is bound to a port.
   *
   * @param address a socket on another address does not count; null for all addresses
   * @throws java.nio.file.NoSuchFileException if the system has no such table
   */
  public static boolean isUdpBound(@Nullable InetAddress address, int port) throws IOException {
    return entries(Protocol.UDP, port).stream().anyMatch(entry -> entry.isReachedBy(address));
  }

  /** Without IPv6 in the kernel there is one file only. */
  private static void addAll(
      Protocol protocol, String file, int port, boolean onlyListeners, List<Entry> entries)
      throws IOException {
    addAll(protocol, ProcFs.path("net/" + file), port, onlyListeners, entries);
    Path ipv6 = ProcFs.path("net/" + file + "6");
    if (Files.exists(ipv6)) {
      addAll(protocol, ipv6, port, onlyListeners, entries);
    }
  }

  /** Only the lines of the port are taken apart: there may be many others. */
  static void addAll(
      Protocol protocol, Path file, int port, boolean onlyListeners, List<Entry> entries)
      throws IOException {
    String ending = ":" + HexFormat.of().withUpperCase().toHexDigits((short) port) + " ";
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String line = lines.readLine(); // the names of the columns
      for (line = lines.readLine(); line != null; line = lines.readLine()) {
        int afterNumber = line.indexOf(": ") + 2;
        int colon = line.indexOf(':', afterNumber);
        int afterRemote = line.indexOf(' ', colon + ending.length());
        if (onlyListeners && !line.startsWith(LISTENS, afterRemote)) {
          return;
        }
        if (line.startsWith(ending, colon)) {
          entries.add(entry(protocol, line.strip().split("\\s+", 11)));
        }
      }
    }
  }

  /** The fields: number, local address as HEX:PORT, remote one, state, …, user, timeout, inode. */
  private static Entry entry(Protocol protocol, String[] fields) throws IOException {
    String local = fields[1];
    return new Entry(
        protocol,
        address(local.substring(0, local.indexOf(':'))),
        Integer.parseInt(fields[3], 16),
        Long.parseLong(fields[7]),
        Long.parseLong(fields[9]));
  }

  /** The kernel writes each four bytes of an address as one number of the processor. */
  private static InetAddress address(String hex) throws UnknownHostException {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      for (int i = 0; i < bytes.length; i += 4) {
        swap(bytes, i, i + 3);
        swap(bytes, i + 1, i + 2);
      }
    }
    return InetAddress.getByAddress(bytes);
  }

  private static void swap(byte[] bytes, int one, int other) {
    byte kept = bytes[one];
    bytes[one] = bytes[other];
    bytes[other] = kept;
  }
}
