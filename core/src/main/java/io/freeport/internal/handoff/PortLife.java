package io.freeport.internal.handoff;

import static io.freeport.PortState.HELD;
import static io.freeport.PortState.OFFERED;
import static io.freeport.PortState.RELEASED;
import static io.freeport.PortState.TAKEN;

import io.freeport.HandoffMode;
import io.freeport.PortEvent;
import io.freeport.PortRequest;
import io.freeport.PortState;
import io.freeport.PortTier;
import io.freeport.PortUnavailableException;
import io.freeport.Protocol;
import io.freeport.internal.hold.Hold;
import io.freeport.internal.hold.PortUse;
import io.freeport.internal.os.SocketError;
import io.freeport.internal.os.SocketOwners;
import io.freeport.internal.owner.LedgerEntry;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.search.FoundPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The life of one port: its state, its hold and its number, guarded by one lock. {@link Action} is
 * the table of transitions.
 *
 * <p>Each method is atomic. No method calls listeners, diagnoses a port or runs code of users: the
 * caller does that without the lock. {@link #consumerAtRelease} connects to the consumer, and does
 * so without the lock.
 */
public final class PortLife {

  static {
    LateConsumer.load();
  }

  private static final Set<PortState> REFUSED = Set.of();

  /**
   * The table of transitions. For each action: the states that it can lead to from {@link
   * PortState#HELD}, {@link PortState#OFFERED}, {@link PortState#TAKEN} and {@link
   * PortState#RELEASED}. An action that is refused throws an {@link IllegalStateException}.
   */
  @SuppressWarnings("ImmutableEnumChecker") // the sets are immutable
  enum Action {
    OFFER("offered", Set.of(OFFERED), Set.of(OFFERED), Set.of(OFFERED, TAKEN), REFUSED),
    CONFIRM("confirmed", REFUSED, Set.of(OFFERED, TAKEN), Set.of(TAKEN), REFUSED),
    RECLAIM("reclaimed", REFUSED, REFUSED, Set.of(HELD, OFFERED, TAKEN), REFUSED),
    EXCHANGE("exchanged", Set.of(HELD), Set.of(HELD), Set.of(HELD), REFUSED),
    RELEASE("released", Set.of(RELEASED), Set.of(RELEASED), Set.of(RELEASED), Set.of(RELEASED)),
    /** A server socket of this process listens on the port. */
    LISTEN(
        "listened on",
        Set.of(HELD, OFFERED, TAKEN),
        Set.of(HELD, OFFERED, TAKEN),
        Set.of(OFFERED, TAKEN),
        REFUSED),
    /** Holds the port again after its consumer failed to bind it. */
    RESTORE("restored", Set.of(HELD), Set.of(HELD, OFFERED), Set.of(TAKEN), Set.of(RELEASED));

    private final String participle;
    private final Set<PortState> fromHeld;
    private final Set<PortState> fromOffered;
    private final Set<PortState> fromTaken;
    private final Set<PortState> fromReleased;

    Action(
        String participle,
        Set<PortState> fromHeld,
        Set<PortState> fromOffered,
        Set<PortState> fromTaken,
        Set<PortState> fromReleased) {
      this.participle = participle;
      this.fromHeld = fromHeld;
      this.fromOffered = fromOffered;
      this.fromTaken = fromTaken;
      this.fromReleased = fromReleased;
    }

    Set<PortState> from(PortState state) { // without a switch, which would take a class more
      if (state == HELD) {
        return fromHeld;
      }
      if (state == OFFERED) {
        return fromOffered;
      }
      return state == TAKEN ? fromTaken : fromReleased;
    }
  }

  /** The ports of a group have the same lock, so that they can be exchanged at once. */
  final Object lock;

  private final PortRequest request;
  private final OwnerRegistry registry;
  private final long heldSince = System.nanoTime();

  /** The ports found together, this one included. Written before anybody sees the port. */
  private List<PortLife> group = List.of(this);

  // Written under the lock, read without: they change only when the port is exchanged.
  private volatile int number;
  private volatile PortTier tier;

  // Guarded by the lock. There is a hold in HELD and none in RELEASED. In OFFERED and TAKEN this
  // depends on the mode and on whether the hold is retained.
  private PortState state;
  private HandoffMode mode;
  private @Nullable Hold hold;
  private LedgerEntry entry;
  private HoldStrategy strategy;
  private boolean isRetained;
  private @Nullable HandoffMode modeBeforeDrop;
  private boolean hasShared;
  private boolean isClosedToReclaim;
  private Set<Integer> numbersSoFar;

  private PortLife(
      PortRequest request, FoundPort found, HandoffMode mode, OwnerRegistry registry, Object lock) {
    HandoffMode requested = request.handoff();
    this.request = request;
    this.registry = registry;
    this.lock = lock;
    this.number = found.number();
    this.tier = found.tier();
    this.state = found.state();
    this.mode = requested == null ? mode : requested;
    this.hold = found.hold();
    this.entry = found.entry();
    this.strategy = new OwnHold();
    this.isRetained = request.isKept();
    this.numbersSoFar = Set.of(found.number());
  }

  /**
   * Begins the lives of all ports of a request.
   *
   * @param mode how they are handed over, unless the request says it
   */
  public static List<PortLife> begin(
      PortRequest request, List<FoundPort> found, HandoffMode mode, OwnerRegistry registry) {
    List<PortLife> ports = new ArrayList<>(found.size());
    int length = request.group().length;
    for (int first = 0; first < found.size(); first += length) {
      Object lock = new Object();
      List<PortLife> group = new ArrayList<>(length);
      for (FoundPort one : found.subList(first, first + length)) {
        group.add(new PortLife(request, one, mode, registry, lock));
      }
      if (length > 1) {
        group.forEach(port -> port.group = group);
      }
      ports.addAll(group);
    }
    return ports;
  }

  public PortRequest request() {
    return request;
  }

  public int number() {
    return number;
  }

  public PortTier tier() {
    return tier;
  }

  List<PortLife> group() {
    return group;
  }

  public PortState state() {
    synchronized (lock) {
      return state;
    }
  }

  /** Returns where a client finds the port. */
  public InetSocketAddress socketAddress() {
    InetAddress address = request.address();
    return new InetSocketAddress(
        address == null || address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address,
        number);
  }

  /** Returns an event of this port, now. */
  public PortEvent event(PortEvent.Type type) {
    return event(type, number);
  }

  PortEvent event(PortEvent.Type type, int eventNumber) {
    return new PortEvent(
        type,
        eventNumber,
        request.name(),
        request.usedBy(),
        type == PortEvent.Type.HELD
            ? Duration.ZERO
            : Duration.ofNanos(System.nanoTime() - heldSince));
  }

  /**
   * Opens the port to its consumer. A port that was taken is reclaimed first.
   *
   * @param newMode used from now on; null for the mode so far
   * @return the state before; null if the port was taken and somebody still has it
   */
  public @Nullable PortState offer(@Nullable HandoffMode newMode) {
    synchronized (lock) {
      PortState before = require(Action.OFFER);
      if (newMode != null) {
        mode = newMode;
      }
      if (state == TAKEN && !takeAgain()) {
        return null;
      }
      if (state == HELD) {
        openHold();
        moveTo(Action.OFFER, OFFERED);
      } else if (hold != null) { // offered in another mode, or closed to others after a loss
        openHold();
      }
      return before;
    }
  }

  /**
   * Lets go of the port if its consumer has it.
   *
   * @return the state before; null if nobody has the port
   */
  public @Nullable PortState confirm() {
    synchronized (lock) {
      PortState before = require(Action.CONFIRM);
      if (before == OFFERED) {
        if (!hasConsumer()) {
          return null;
        }
        moveTo(Action.CONFIRM, TAKEN);
        hasShared |= hold != null;
        if (!isRetained) {
          closeHold();
        }
      }
      return before;
    }
  }

  /**
   * Takes the port back after its consumer has stopped.
   *
   * @return false if somebody has it; until {@link #reopen()} nobody else can bind it
   */
  public boolean reclaim() {
    synchronized (lock) {
      require(Action.RECLAIM);
      return takeAgain();
    }
  }

  /**
   * Takes the port back from a consumer that has stopped, or did not start.
   *
   * @return the state before; null if somebody has the port; until {@link #reopen()} or the next
   *     offer nobody else can bind it
   */
  public @Nullable PortState takeBackIfUnused() {
    synchronized (lock) {
      PortState before = state;
      if (before == TAKEN) {
        return takeAgain() ? before : null;
      }
      if (before != OFFERED) {
        return before;
      }
      boolean wasOpen = isClosedToReclaim || isOpen();
      boolean isHeld = restoreHold();
      isClosedToReclaim = wasOpen && !isHeld;
      return isHeld ? before : null;
    }
  }

  /** Opens a port to others again that was closed to them in order to reclaim it. */
  public void reopen() {
    synchronized (lock) {
      Hold held = hold;
      if (isClosedToReclaim && held != null) {
        try {
          boolean unused = held.offer(HandoffMode.SHARED);
        } catch (IOException e) {
          throw new UncheckedIOException("Cannot open " + this, e);
        }
      }
      isClosedToReclaim = false;
    }
  }

  /** A server socket of this process that is not bound yet. */
  public interface UnboundServer {

    /** Binds the socket, and listens. */
    void listenOn(InetSocketAddress where) throws IOException;
  }

  /**
   * Opens the port, listens on it at once, and closes it to others again. A port that was taken is
   * reclaimed first.
   *
   * @return the state before; null if somebody has the port, who cannot come back after letting go
   *     of it; the server may be bound then
   */
  public @Nullable PortState listen(UnboundServer server) throws IOException {
    synchronized (lock) {
      PortState before = require(Action.LISTEN);
      if (state == TAKEN && !takeAgain()) {
        return null;
      }
      if (hold != null) {
        openHold();
      }
      if (state == HELD) {
        moveTo(Action.LISTEN, OFFERED);
      }
      try {
        server.listenOn(new InetSocketAddress(request.address(), number));
      } catch (BindException somebodyWasFaster) {
        closeToOthers(); // so that he cannot come back
        return null;
      }
      retainHold();
      closeToOthers();
      if (request.protocol() == Protocol.TCP) {
        moveTo(Action.LISTEN, TAKEN);
      }
      return before;
    }
  }

  /**
   * Ends the life of the port.
   *
   * @return false if it had ended
   */
  public boolean release() {
    synchronized (lock) {
      if (state == RELEASED) {
        return false;
      }
      moveTo(Action.RELEASE, RELEASED);
      closeHold();
      return true;
    }
  }

  /** Lets the hold stay beside the consumer, where that is possible. */
  public void retainHold() {
    synchronized (lock) {
      isRetained = request.protocol() == Protocol.TCP;
    }
  }

  /**
   * Makes this JVM one of several that hold the port: it is offered at once, or, if its consumer is
   * there, taken until {@link #takeBack()}.
   */
  public void share() {
    synchronized (lock) {
      strategy = new BuildHold(registry);
      isRetained = true;
      offerShared();
    }
  }

  private void offerShared() {
    if (state == HELD) {
      openHold();
      moveTo(Action.OFFER, OFFERED);
    } else {
      takeBack();
    }
  }

  /** Takes the port back if it was taken and its consumer has stopped; else does nothing. */
  public void takeBack() {
    synchronized (lock) {
      if (state == TAKEN) {
        boolean unused = bindAgain(Action.RECLAIM);
      }
    }
  }

  /**
   * Closes the hold if only it can have kept the consumer from binding.
   *
   * @return false if a consumer has listened beside it before, somebody else has the port, there is
   *     no hold, or other JVMs rely on it
   */
  public boolean dropHold() {
    synchronized (lock) {
      if (state != OFFERED || hold == null || hasShared || strategy.isShared() || isTaken()) {
        return false;
      }
      modeBeforeDrop = mode;
      mode = HandoffMode.CLOSE_THEN_BIND;
      closeHold();
      return true;
    }
  }

  /**
   * Closes an offered port to others, because its consumer did not start.
   *
   * @return whether nobody has the port, so that it is held again; if somebody has, it is still
   *     offered, and nobody else can bind it
   */
  public boolean restoreHold() {
    synchronized (lock) {
      if (state == OFFERED && !strategy.isShared()) {
        closeToOthers();
        if (bindAgain(Action.RESTORE) && modeBeforeDrop != null) {
          mode = modeBeforeDrop;
          modeBeforeDrop = null;
        }
      }
      return state == HELD;
    }
  }

  private void closeToOthers() {
    Hold held = hold;
    if (held != null && !strategy.isShared()) {
      try {
        boolean unused = held.closeToOthers();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot close " + this + " to others", e);
      }
    }
  }

  /**
   * Returns whether two servers listen on the port, which {@link HandoffMode#REUSE_PORT} lets
   * happen. The workers of one server may have a socket each: then one process has all of them.
   */
  public boolean hasTwoServers() {
    synchronized (lock) {
      if (mode != HandoffMode.REUSE_PORT || state != OFFERED) {
        return false;
      }
    }
    Set<Long> sockets = PortUse.listeners(request.address(), number);
    return sockets.size() > 1
        && ProcessHandle.allProcesses()
            .noneMatch(process -> SocketOwners.hasAllOf(sockets, process.pid()));
  }

  /** Returns whether a consumer has listened beside the hold. */
  public boolean hasShared() {
    synchronized (lock) {
      return hasShared;
    }
  }

  /** Returns whether the port is offered, and nothing of this process is bound to it. */
  public boolean isWithoutHold() {
    synchronized (lock) {
      return state == OFFERED && hold == null;
    }
  }

  /** Returns whether the hold is there, alone or beside the consumer. */
  public boolean hasHold() {
    synchronized (lock) {
      return hold != null;
    }
  }

  /** Returns whether somebody uses the port for one of its protocols at least. */
  public boolean isInUse() {
    synchronized (lock) {
      return state != HELD && isTaken();
    }
  }

  /**
   * Returns the consumer if it listens now. Connects to it, without the lock: the state may have
   * changed by the time of the answer.
   *
   * @return null if there is none
   */
  public @Nullable LateConsumer consumerAtRelease() {
    PortState now = state();
    return now == HELD || now == RELEASED
        ? null
        : LateConsumer.of(request, socketAddress(), registry, heldSince);
  }

  // The steps of an exchange, under the lock of the group.

  /** Returns the numbers that the port had, the current one included. */
  Set<Integer> requireExchangeable() {
    require(Action.EXCHANGE);
    if (strategy.isShared()) {
      throw new IllegalStateException(
          this
              + " is that of all JVMs of the build, so it cannot be exchanged. Stop who has it, or let each JVM have its own.");
    }
    return numbersSoFar;
  }

  boolean isStolen() {
    return state != HELD && isTaken();
  }

  /** Goes on with another number. */
  void adopt(FoundPort found) {
    closeHold();
    entry.remove();
    entry = found.entry();
    hold = found.hold();
    number = found.number();
    tier = found.tier();
    numbersSoFar = new HashSet<>(numbersSoFar);
    numbersSoFar.add(found.number());
    moveTo(Action.EXCHANGE, HELD);
  }

  // Under the lock.

  private PortState require(Action action) {
    if (!action.from(state).isEmpty()) {
      return state;
    }
    if (state == RELEASED) {
      throw new IllegalStateException(
          this
              + " cannot be "
              + action.participle
              + " any more. It was released with its scope, or by close(); use it before that, or hold another one.");
    }
    throw new IllegalStateException(
        this
            + (action == Action.CONFIRM
                ? " was not offered, so nobody can listen on it. Call offer() before its consumer starts."
                : " is held anyway. Reclaim it after its consumer took it and has stopped."));
  }

  private void moveTo(Action action, PortState next) {
    if (!action.from(state).contains(next)) {
      throw new AssertionError(action + " leads from " + state + " to " + next);
    }
    state = next;
    if (next == RELEASED) {
      entry.remove();
    } else {
      entry.state(next);
    }
  }

  private void openHold() {
    Hold held = hold;
    if (held == null) {
      throw new AssertionError(this + " has no hold");
    }
    try {
      if (!held.offer(mode)) {
        hold = null;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot offer " + this, e);
    }
  }

  private void closeHold() {
    Hold held = hold;
    hold = null;
    if (held != null) {
      try {
        held.close();
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot close the hold of " + this, e);
      }
    }
  }

  /** Returns false if somebody has the port, who cannot come back after letting go of it. */
  private boolean takeAgain() {
    boolean wasOpen = isOpen();
    if (bindAgain(Action.RECLAIM)) {
      isClosedToReclaim = false;
      return true;
    }
    closeToOthers();
    isClosedToReclaim |= wasOpen;
    return false;
  }

  private boolean isOpen() {
    Hold held = hold;
    try {
      return held != null && held.isShared();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot tell whether " + this + " is open to others", e);
    }
  }

  /** Returns false if somebody has the port. */
  private boolean bindAgain(Action action) {
    try {
      Hold held = hold;
      if (held != null) { // it was retained beside the consumer
        if (isTaken()) {
          return false;
        }
        if (strategy.isShared()) {
          moveTo(action, OFFERED);
          return true;
        }
        boolean wasOpen = isOpen();
        if (held.closeToOthers()) {
          if (wasOpen && isTaken()) { // somebody came between the look and the close
            return false;
          }
          moveTo(action, HELD);
          return true;
        }
        closeHold();
      }
      hold = strategy.bindAgain(request, number);
      moveTo(action, strategy.isShared() ? OFFERED : HELD);
      if (state == OFFERED && mode == HandoffMode.CLOSE_THEN_BIND) {
        closeHold(); // in this mode, nothing is in the way of the consumer of an offered port
      }
      return true;
    } catch (BindException taken) {
      return false;
    } catch (IOException e) {
      throw new PortUnavailableException(
          "Cannot hold " + this + " again: " + SocketError.describe(e), e);
    }
  }

  /** Returns whether a consumer, or somebody else, has the port. Is in nobody's way. */
  public boolean hasConsumer() {
    synchronized (lock) {
      return ask(
          (protocol, address, port) -> PortUse.hasConsumer(protocol, address, port, isOpen()));
    }
  }

  /** A hold that is closed to others would refuse a bind that asks the kernel. */
  private boolean isTaken() {
    Hold held = hold;
    return ask(
        (protocol, address, port) ->
            (held != null && !held.isShared())
                ? PortUse.isListed(protocol, address, port)
                : PortUse.isTaken(protocol, address, port));
  }

  private interface Question {
    boolean ask(Protocol protocol, @Nullable InetAddress address, int port) throws IOException;
  }

  private boolean ask(Question question) {
    try {
      return question.ask(request.protocol(), request.address(), number);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot tell whether anybody has " + this, e);
    }
  }

  /** Returns number, name and state, for messages. */
  @Override
  public String toString() {
    String name = request.name();
    return "Port " + number + (name.isEmpty() ? "" : " \"" + name + "\"") + " (" + state() + ")";
  }
}
