package io.freeport.benchmarks;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;

/** FreePort as its users have it: registry, events, statistics and leak check are on. */
final class FreePortSource implements PortSource {

  private final PortAllocator allocator = PortAllocator.create();

  @Override
  public Lease take() {
    return new Held(allocator.hold("benchmark"));
  }

  @Override
  public Lease[] take(int count) {
    return allocator.holdAll(count).stream().map(Held::new).toArray(Lease[]::new);
  }

  @Override
  public void close() {
    allocator.close();
  }

  private record Held(HeldPort port) implements Lease {

    @Override
    public int number() {
      return port.number();
    }

    @Override
    public void offer() {
      port.offer();
    }

    @Override
    public boolean isTaken() {
      return port.confirm();
    }

    @Override
    public void close() {
      port.close();
    }
  }
}
