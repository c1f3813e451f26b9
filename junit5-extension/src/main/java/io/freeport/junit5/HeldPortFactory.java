package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import java.util.List;
import org.junitpioneer.jupiter.resource.Resource;
import org.junitpioneer.jupiter.resource.ResourceFactory;

/**
 * Ports as resources of <a href="https://junit-pioneer.org/docs/resources/">JUnit Pioneer</a>, for
 * those who use its {@code @New} and {@code @Shared} anyway; it has to be on the class path.
 *
 * <pre>{@code
 * @Test
 * void test(@New(value = HeldPortFactory.class, arguments = "db") HeldPort port) {}
 * }</pre>
 *
 * <p>The arguments are the name of the port, and then numbers that are tried first; both may be
 * left out. Pioneer releases the port when the resource's scope ends.
 *
 * @since 0.1.0
 */
public final class HeldPortFactory implements ResourceFactory<HeldPort>, AutoCloseable {

  private final PortAllocator allocator = PortAllocator.create();

  /** Creates the factory, for Pioneer. */
  public HeldPortFactory() {}

  @Override
  public Resource<HeldPort> create(List<String> arguments) {
    PortRequest.Builder request = PortRequest.named(arguments.isEmpty() ? "" : arguments.get(0));
    arguments.stream().skip(1).forEach(number -> request.preferred(parse(number)));
    return new PortResource(allocator.hold(request.build()));
  }

  private static int parse(String number) {
    try {
      return Integer.parseInt(number.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Not a preferred port: \""
              + number
              + "\". Expected a name, then numbers: arguments = {\"db\", \"5432\"}.",
          e);
    }
  }

  @Override
  public void close() {
    allocator.close();
  }

  /** JUnit closes what Pioneer stores by the one interface or by the other. */
  private record PortResource(HeldPort port) implements Resource<HeldPort>, AutoCloseable {
    @Override
    public HeldPort get() {
      return port;
    }

    @Override
    public void close() {
      port.close();
    }
  }
}
