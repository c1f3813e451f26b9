package io.freeport;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Hands out ports that are held by a bound socket, and releases those that are left when it is
 * closed.
 *
 * <p>The numbers are from 10000 up to the kernel's ephemeral range, which is read when the
 * allocator is created, without the reserved ports; the first one tried is random. The kernel is
 * the only arbiter: allocators of one JVM and of several need not know of each other.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread.
 *
 * <p><strong>Cleanup.</strong> {@link #close()} releases every port that the allocator still holds.
 * When the JVM ends without it, even by {@code kill -9}, the operating system does.
 *
 * @since 0.1.0
 */
public final class PortAllocator implements AutoCloseable {

  private final PortPool pool;
  private final Set<HeldPort> held = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private PortAllocator(PortPool pool) {
    this.pool = pool;
  }

  /**
   * Returns an allocator for the ports that this machine has outside the kernel's ephemeral range.
   *
   * @return a new allocator that holds nothing yet
   */
  public static PortAllocator create() {
    return new PortAllocator(PortPool.outside(KernelPorts.ofThisMachine()));
  }

  static PortAllocator of(PortPool pool) {
    return new PortAllocator(pool);
  }

  /**
   * Holds a port without a name.
   *
   * @return the port, {@linkplain PortState#HELD held} by this process alone
   * @throws PortUnavailableException if no port is free, or the operating system gives no socket
   * @throws IllegalStateException if this allocator is closed
   */
  public HeldPort hold() {
    return hold("");
  }

  /**
   * Holds a port.
   *
   * @param name what the port is for, as messages will call it; two ports may have the same name
   * @return the port, {@linkplain PortState#HELD held} by this process alone
   * @throws PortUnavailableException if no port is free, or the operating system gives no socket
   * @throws IllegalStateException if this allocator is closed
   */
  public HeldPort hold(String name) {
    if (closed) {
      throw closedAlready();
    }
    HeldPort port;
    try {
      port = pool.firstOf(number -> tryHold(number, name));
    } catch (IOException e) {
      throw new PortUnavailableException(
          "The operating system gives no socket for a port: "
              + e.getMessage()
              + ". This allocator holds "
              + held.size()
              + " ports; if that is near the limit of open files (ulimit -n), raise it or release some.",
          e);
    }
    if (port == null) {
      throw new PortUnavailableException(
          "No port is free. Tried "
              + pool
              + "; this allocator holds "
              + held.size()
              + " of them. Release some.",
          null);
    }
    // close() sets the flag, then releases what it finds in the set. If it ran before the port was
    // added, the flag is seen here.
    if (closed) {
      port.close();
      throw closedAlready();
    }
    return port;
  }

  /**
   * Holds several ports, all or none.
   *
   * @param count how many, at least 1
   * @return that many different ports, in no particular order of their numbers
   * @throws PortUnavailableException if not all of them can be had; those that could are released
   *     again
   * @throws IllegalArgumentException if {@code count} is less than 1
   * @throws IllegalStateException if this allocator is closed
   */
  public List<HeldPort> holdAll(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "Cannot hold " + count + " ports: the count must be at least 1.");
    }
    List<HeldPort> ports = new ArrayList<>();
    try {
      while (ports.size() < count) {
        ports.add(hold());
      }
      return List.copyOf(ports);
    } catch (Throwable e) {
      ports.forEach(HeldPort::close);
      throw e;
    }
  }

  private @Nullable HeldPort tryHold(int number, String name) throws IOException {
    Hold hold = Hold.exclusive(number);
    if (hold == null) {
      return null;
    }
    HeldPort port = new HeldPort(number, name, hold, held::remove);
    held.add(port);
    return port;
  }

  /**
   * Releases every port that this allocator handed out and that is not released yet. Closing it
   * again does nothing.
   */
  @Override
  public void close() {
    closed = true;
    held.forEach(HeldPort::close);
  }

  private static IllegalStateException closedAlready() {
    return new IllegalStateException(
        "This PortAllocator is closed. Create another one, or hold the ports before closing it.");
  }
}
