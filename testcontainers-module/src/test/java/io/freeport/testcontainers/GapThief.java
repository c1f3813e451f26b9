package io.freeport.testcontainers;

import io.freeport.HeldPort;
import io.freeport.LeakPolicy;
import io.freeport.PortAllocator;
import io.freeport.PortEvent;
import io.freeport.PortRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Takes a port as soon as its hold is closed for the engine. It is told so, before the engine hears
 * of the start: a thread or a process that tries in a loop would come too late on a busy machine.
 */
final class GapThief implements AutoCloseable {

  private final int victims;
  private final List<Socket> loot = new CopyOnWriteArrayList<>();
  private final PortAllocator allocator =
      PortAllocator.builder().leaks(LeakPolicy.IGNORE).listener(this::hear).build();
  private volatile @Nullable HeldPort wanted;

  /** A thief that takes the first so many numbers that a port has, one after the other. */
  GapThief(int victims) {
    this.victims = victims;
  }

  /** Returns the allocator whose ports it hears of; it is closed with the thief. */
  PortAllocator allocator() {
    return allocator;
  }

  /** Returns a port of that allocator, which the thief is after. */
  HeldPort hold(PortRequest request) {
    return want(allocator.hold(request));
  }

  HeldPort hold() {
    return hold(PortRequest.named("wanted").build());
  }

  HeldPort want(HeldPort port) {
    wanted = port;
    return port;
  }

  private void hear(PortEvent event) {
    HeldPort port = wanted;
    if (event.type() == PortEvent.Type.OFFERED && port != null && event.port() == port.number()) {
      take(event.port());
    }
  }

  /** Takes a number, if it has not got enough. */
  void take(int number) {
    if (loot.size() == victims) {
      return;
    }
    try {
      Socket socket = new Socket();
      loot.add(socket);
      socket.setReuseAddress(false);
      socket.bind(new InetSocketAddress(number));
    } catch (IOException e) {
      throw new UncheckedIOException("No gap at " + number, e);
    }
  }

  /** Returns the numbers that it got. */
  List<Integer> loot() {
    return loot.stream().map(Socket::getLocalPort).toList();
  }

  @Override
  public void close() throws IOException {
    allocator.close();
    for (Socket socket : loot) {
      socket.close();
    }
  }
}
