package io.freeport.build;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.spi.SharedPorts;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Ports that all JVMs of one build share: the first JVM that asks for a name gets a port, and all
 * others get the same number. {@link BuildShare} says what a build is.
 *
 * <p><strong>Life.</strong> Each JVM that asked holds the port until it ends, so the port stays
 * with the build when the first JVM ends, or is killed. Several JVMs can hold a port only while it
 * is {@linkplain HeldPort#offer() offered}, so it is offered from the beginning. When no such JVM
 * lives any more, as between two modules, nobody holds the port; the next JVM that asks gets it
 * again if it is still free.
 *
 * <p><strong>What cannot be held.</strong> While a consumer listens, nobody can bind beside it. A
 * JVM that asks then has the number without a hold ({@link PortState#TAKEN}), until it asks again,
 * or offers the port, after the consumer has stopped. If all JVMs with a hold have ended, and then
 * the consumer stops, the port is free for anybody until then. Where ports are not shared at all
 * ({@link HandoffMode#CLOSE_THEN_BIND}), the JVMs agree on the number only.
 *
 * <p>All methods may be called from any thread. Threads that ask for different names do not wait
 * for each other.
 *
 * @since 0.1.0
 */
public final class BuildPorts {

  private static final BuildPorts OF_THIS_JVM = new BuildPorts();

  private final Map<String, Named> ports = new ConcurrentHashMap<>();

  /** The port of one name. Its monitor is held while this JVM joins the port's users. */
  private static final class Named {
    private @Nullable HeldPort port;
  }

  private BuildPorts() {}

  /**
   * Returns the ports of this JVM's build.
   *
   * @return always the same
   */
  public static BuildPorts ofThisJvm() {
    return OF_THIS_JVM;
  }

  /**
   * Returns the build's port of a name, and holds it together with the other JVMs of the build.
   *
   * @param name the same in all JVMs that share the port
   * @param allocator holds the port
   * @param request a request for one TCP port; that of the first JVM counts
   * @return the hold, the same for all callers in this JVM; it need not be closed
   * @throws PortUnavailableException if this JVM is the first to ask, and no port satisfies the
   *     request
   * @throws IllegalArgumentException if the request is not for one TCP port
   * @throws java.io.UncheckedIOException if the build's record cannot be read or written
   */
  public HeldPort hold(String name, PortAllocator allocator, PortRequest request) {
    if (request.count() != 1 || request.protocol() != Protocol.TCP || !request.alsoAt().isEmpty()) {
      throw new IllegalArgumentException(
          "Only single TCP ports can be held by several JVMs, but the request is for "
              + request
              + ".");
    }
    Named named = ports.computeIfAbsent(name, any -> new Named());
    synchronized (named) {
      HeldPort port = named.port;
      if (port == null || port.state() == PortState.RELEASED) {
        port = join(name, allocator, request);
        named.port = port;
      }
      allocator.sharedPorts().takeBack(port);
      return port;
    }
  }

  /** The use ends with this JVM: BuildShare does not count the dead. */
  private static HeldPort join(String name, PortAllocator allocator, PortRequest request) {
    Build build = Build.current();
    Numbered numbered = new Numbered(allocator, request, build.owners());
    try {
      BuildShare unused = BuildShare.join(build, "port:" + name, numbered);
      return numbered.port();
    } catch (Throwable e) {
      numbered.release();
      throw e;
    }
  }

  /** What the JVMs of a build agree on. Other versions of FreePort may write more words. */
  private record Description(int number, PortTier tier) {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,5})(?: ([A-Z_]+))?(?: .*)?");

    static Description parse(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches()) {
        throw new IllegalStateException(
            "Another version of FreePort holds a port for this build and describes it as \""
                + text
                + "\", expected a number first. Use one version in all modules.");
      }
      return new Description(Integer.parseInt(matcher.group(1)), tier(matcher.group(2)));
    }

    private static PortTier tier(@Nullable String word) {
      return Stream.of(PortTier.values())
          .filter(tier -> tier.name().equals(word))
          .findFirst()
          .orElse(PortTier.ANY);
    }

    @Override
    public String toString() {
      return number + " " + tier;
    }
  }

  private static final class Numbered implements BuildShare.Resource {

    private final SharedPorts ports;
    private final PortRequest request;
    private final OwnerRegistry owners;
    private @Nullable HeldPort port;
    private @Nullable String former;

    Numbered(PortAllocator allocator, PortRequest request, OwnerRegistry owners) {
      this.owners = owners;
      this.ports = allocator.sharedPorts();
      this.request = request;
    }

    HeldPort port() {
      HeldPort held = port;
      if (held == null) {
        throw new AssertionError("Neither started nor joined");
      }
      return held;
    }

    void release() {
      if (port != null) {
        ports.release(port);
        port = null;
      }
    }

    @Override
    public String start(Owner build, Consumer<String> begun) {
      HeldPort started = holdAgain().orElseGet(() -> ports.hold(request));
      port = started;
      return new Description(started.number(), started.tier()).toString();
    }

    /** Holds the number that the build had before nobody used it for a while. */
    private Optional<HeldPort> holdAgain() {
      if (former == null) {
        return Optional.empty();
      }
      Description port = Description.parse(former);
      return ports.holdAgain(request, port.number(), port.tier());
    }

    /**
     * Called while everybody else who comes waits, and before this JVM is on record: from here on
     * the port is held by one more, whatever becomes of those before.
     */
    @Override
    public boolean isUsable(String description) {
      Description agreed = Description.parse(description);
      if (isSomebodyElses(agreed.number())) {
        return false;
      }
      port = ports.join(request, agreed.number(), agreed.tier());
      return true;
    }

    /** JVMs of the build offer the port. One that holds it exclusively belongs to another build. */
    private boolean isSomebodyElses(int number) {
      return owners.ownersOfThisNetwork().stream()
          .flatMap(owner -> owner.holds().stream())
          .anyMatch(hold -> hold.port() == number && hold.state() == PortState.HELD);
    }

    @Override
    public void stop(String description) {
      release();
      former = description;
    }
  }
}
