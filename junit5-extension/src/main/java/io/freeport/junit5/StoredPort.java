package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * What is in a store, and is closed with it. JUnit up to 5.12 closes only the one interface, later
 * versions prefer the other.
 *
 * @param port the port that this entry owns
 */
@SuppressWarnings("deprecation") // CloseableResource, since JUnit 5.13
record StoredPort(HeldPort port) implements Store.CloseableResource, AutoCloseable {

  private static final Namespace NAMESPACE = Namespace.create(FreePort.class);

  static HeldPort in(ExtensionContext context, Object key, String name) {
    PortAllocator allocator = allocator(context);
    return context
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            key, any -> new StoredPort(allocator.hold(request(name, context))), StoredPort.class)
        .port();
  }

  private static PortRequest request(String name, ExtensionContext context) {
    return PortRequest.named(name).usedBy(nameOf(context)).build();
  }

  /** The test, or the class if the port is of all its tests, as people call it. */
  private static String nameOf(ExtensionContext context) {
    String type = context.getTestClass().map(Class::getSimpleName).orElse("");
    return context.getTestMethod().map(method -> type + "." + method.getName() + "()").orElse(type);
  }

  /**
   * One for the whole run. It is not itself closed: every port that it hands out here is in a
   * store, which closes it.
   */
  private static PortAllocator allocator(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(
            Allocator.class, any -> new Allocator(PortAllocator.create()), Allocator.class)
        .allocator();
  }

  @Override
  public void close() {
    port.close();
  }

  /**
   * Keeps the allocator from the stores' sight, which would close whatever is {@code
   * AutoCloseable}.
   */
  private record Allocator(PortAllocator allocator) {}
}
