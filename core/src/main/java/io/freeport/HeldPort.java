package io.freeport;

import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.internal.handoff.LateConsumer;
import io.freeport.internal.handoff.PortConflict;
import io.freeport.internal.handoff.PortExchange;
import io.freeport.internal.handoff.PortLife;
import io.freeport.internal.os.InheritedSockets;
import io.freeport.internal.search.PortSearch;
import io.freeport.spi.PortHandover;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A port that a bound socket keeps for its consumer: a server of this process, a child process, a
 * container.
 *
 * <p><strong>Life.</strong> The port begins {@linkplain PortState#HELD held}: nobody else can bind
 * it. {@link #offer()} opens it to the consumer while the hold stays; {@link #confirm()} or {@link
 * #awaitTaken(Duration)} lets go of it as soon as the consumer has it; {@link #close()} ends it. At
 * no moment before the consumer has it does a TCP port belong to nobody.
 *
 * <pre>{@code
 * try (HeldPort port = allocator.hold("web")) {
 *   port.offer();
 *   start("my-server", "--port=" + port.number());
 *   port.awaitTaken(Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>Where the machine does not let two sockets share a port ({@link HandoffMode#CLOSE_THEN_BIND}),
 * and for UDP everywhere, the hold is closed by {@code offer()}. Then somebody else may be faster
 * than the consumer, whose own bind fails in that case: {@link PortAllocator#startOn} tries again
 * with another number.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread. Each changes the state
 * atomically; only {@link #awaitTaken} and {@link PortHandover#start} take several steps, between
 * which other threads can get in. Listeners, consumers and diagnosis run without a lock, so events
 * of several threads may be told in another order than they happened.
 *
 * <p><strong>Cleanup.</strong> The sockets are closed by {@link #close()}, by the allocator's, and
 * by the operating system when the JVM ends, however it ends.
 *
 * @since 0.1.0
 */
public final class HeldPort implements AutoCloseable {

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final PortLife life;
  private final List<HeldPort> companions;
  private final PortSearch search;
  private final PortEvents events;
  private final Duration handoffTimeout;

  /** The ports of the allocator that are not released. */
  private final Set<HeldPort> registered;

  HeldPort(
      PortLife life,
      List<HeldPort> companions,
      PortSearch search,
      PortEvents events,
      Duration handoffTimeout,
      Set<HeldPort> registered) {
    this.life = life;
    this.companions = companions;
    this.search = search;
    this.events = events;
    this.handoffTimeout = handoffTimeout;
    this.registered = registered;
  }

  /**
   * Returns the number of the port, also after its release. It changes only if the port is
   * {@linkplain PortHandover#exchange() exchanged}.
   *
   * @return the number, from 1 to 65535
   */
  public int number() {
    return life.number();
  }

  /**
   * Returns the name that the port was requested with.
   *
   * @return the name; empty if there was none
   */
  public String name() {
    return life.request().name();
  }

  /**
   * Returns the ports that the request wants {@linkplain PortRequest.Builder#alsoAt at fixed
   * distances} from this one. They are offered, reclaimed, exchanged and released with this port.
   * They are let go of with it too, but only if their consumer has them: it may not use all.
   *
   * @return the ports in the order of the distances in the request; empty if it has none
   */
  public List<HeldPort> companions() {
    return companions;
  }

  /**
   * Returns the request that the port satisfies.
   *
   * @return the request
   */
  public PortRequest request() {
    return life.request();
  }

  /**
   * Returns the tier of the request in which the port was found.
   *
   * @return the tier
   */
  public PortTier tier() {
    return life.tier();
  }

  /**
   * Returns where a client finds the port: on the address that it is held on, or on the loopback
   * address if it is held on all.
   *
   * @return address and number
   */
  public InetSocketAddress socketAddress() {
    return life.socketAddress();
  }

  /**
   * Returns the current state. Another thread may change it at any time.
   *
   * @return the state at the time of the call
   */
  public PortState state() {
    return life.state();
  }

  /**
   * Opens the port to its consumer. In the shared mode the hold stays, and a socket that sets
   * {@code SO_REUSEADDR} and asks for this very number gets it: Java's server sockets, Netty, Go's
   * listeners, Docker's published ports. Call it as late as possible: another process that asks for
   * this very number in that way gets it too.
   *
   * <p>An offered port stays as it is. A port that was taken is {@linkplain #reclaim() reclaimed}
   * first.
   *
   * @throws IllegalStateException if the port is released
   * @throws PortUnavailableException if the port was taken and somebody still has it
   */
  public void offer() {
    offer(null);
  }

  private void offer(@Nullable HandoffMode mode) {
    PortState before = life.offer(mode);
    if (before == null) {
      before = offerLater(mode);
    }
    if (before != PortState.OFFERED && life.isWithoutHold()) {
      ConsumerAttempt.awaitEndOfCopies(life);
    }
    fireOffered(before);
    for (HeldPort companion : companions) {
      companion.offer(mode);
    }
  }

  /** Offers a taken port, of which child processes that are being started may have copies. */
  private PortState offerLater(@Nullable HandoffMode mode) {
    InheritedSockets inherited = new InheritedSockets();
    while (inherited.pause()) {
      PortState before = life.offer(mode);
      if (before != null) {
        return before;
      }
    }
    throw taken();
  }

  private void fireOffered(PortState before) {
    if (before == PortState.TAKEN) {
      events.fire(life, PortEvent.Type.RECLAIMED);
    }
    if (before != PortState.OFFERED) {
      events.fire(life, PortEvent.Type.OFFERED);
    }
  }

  /**
   * Lets go of the port if its consumer has it by now. No connection is made to find out. Who has
   * it cannot be told in this way: if the port was open to others ({@link
   * HandoffMode#CLOSE_THEN_BIND}, UDP), make sure that the consumer's own bind succeeded.
   *
   * @return whether the port is {@linkplain PortState#TAKEN taken}
   * @throws PortHandoffException if two servers listen on it, which {@link HandoffMode#REUSE_PORT}
   *     lets happen
   * @throws IllegalStateException if the port is released, or was not offered
   */
  public boolean confirm() {
    if (life.hasTwoServers()) {
      throw new PortHandoffException(
          this
              + ": two servers listen on it, because both set SO_REUSEPORT, so each gets some of the connections. "
              + PortEvents.whoElseHas(life)
              + " Stop one of them.",
          null);
    }
    PortState before = life.confirm();
    if (before == PortState.OFFERED) {
      events.fire(life, PortEvent.Type.TAKEN);
    }
    for (HeldPort companion : companions) {
      if (companion.state() == PortState.OFFERED) {
        boolean unused = companion.confirm();
      }
    }
    return before != null;
  }

  /**
   * Waits until the consumer has the port, and lets go of it.
   *
   * @param timeout how long to wait at most
   * @throws PortHandoffException if nobody has it when the time is over, or if the waiting thread
   *     is interrupted; the port then is still offered
   * @throws IllegalStateException if the port is released, now or while this waits, or was not
   *     offered
   */
  public void awaitTaken(Duration timeout) {
    ConsumerAttempt.await(life, this::confirm, timeout);
  }

  /**
   * Returns a server socket of this process that listens on the port. The port is offered only for
   * the moment of the bind, so this is the safest way for a server that accepts a socket. The hold
   * stays beside the socket until the port is closed, and nobody else can bind the port, also after
   * the socket is closed. To start a server again, stop the former one and call this method again,
   * or {@link #offer()} if it binds the port itself.
   *
   * <p>If another process is faster in that moment, which it only can be if it asks for this very
   * number with {@code SO_REUSEADDR}, this method waits until that process has let go of the port,
   * for {@code freeport.handoff.timeout} at most.
   *
   * <pre>{@code
   * try (ServerSocket server = port.serverSocket()) {
   *   new EchoServer(server).start();
   *   ...
   * }
   * }</pre>
   *
   * @return a new socket, bound to the address of the request, which the caller closes
   * @throws PortHandoffException if another process still has the port when the time is over
   * @throws PortUnavailableException if the port was taken and somebody still has it
   * @throws IOException if the operating system gives no socket
   * @throws IllegalStateException if the port is released, or for UDP alone
   */
  public ServerSocket serverSocket() throws IOException {
    return listening(
        () -> {
          ServerSocket server = new ServerSocket();
          server.setReuseAddress(true);
          return server;
        },
        ServerSocket::bind);
  }

  /**
   * Returns a server socket channel of this process that listens on the port, for servers that
   * accept a channel, such as those of Jetty and Netty. See {@link #serverSocket()}.
   *
   * @return a new channel in blocking mode, bound to the address of the request, which the caller
   *     closes
   * @throws PortHandoffException if another process still has the port when the time is over
   * @throws PortUnavailableException if the port was taken and somebody still has it
   * @throws IOException if the operating system gives no socket
   * @throws IllegalStateException if the port is released, or for UDP alone
   */
  public ServerSocketChannel serverSocketChannel() throws IOException {
    return listening(
        () -> {
          ServerSocketChannel server = ServerSocketChannel.open();
          return server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        },
        ServerSocketChannel::bind);
  }

  private interface Unbound<T> {
    T open() throws IOException;
  }

  private interface Bind<T> {
    void listen(T server, InetSocketAddress where) throws IOException;
  }

  private <T extends Closeable> T listening(Unbound<T> unbound, Bind<T> bind) throws IOException {
    if (!request().protocol().hasTcp()) {
      throw new IllegalStateException(
          this + " is a UDP port, so no server socket can listen on it. Ask for Protocol.TCP.");
    }
    if (state() == PortState.TAKEN) {
      reclaimThis();
    }
    Patience patience = new Patience();
    while (true) {
      T server = unbound.open(); // one that could not listen may be bound, and is of no more use
      boolean listens = false;
      try {
        PortState before = life.listen(where -> bind.listen(server, where));
        if (before != null) {
          fireListening(before);
          listens = true;
          return server;
        }
      } finally {
        if (!listens) {
          server.close();
        }
      }
      if (state() == PortState.TAKEN) {
        throw taken();
      }
      patience.awaitEndOfLoss(null);
    }
  }

  private void fireListening(PortState before) {
    fireOffered(before);
    if (state() == PortState.TAKEN) {
      events.fire(life, PortEvent.Type.TAKEN);
    }
  }

  /**
   * Offers the port, starts its consumer, and waits until it has the port. The number stays, so
   * this is the way for a number that is written down elsewhere. {@link PortAllocator#startOn}
   * takes another number if this one is lost.
   *
   * <p>The port is offered just before the start. A consumer that cannot listen beside the hold,
   * since it does not set {@code SO_REUSEADDR}, is started once more without the hold. If another
   * process takes the port before the consumer has bound it, the consumer is started again as soon
   * as that process has let go of the port, for {@code freeport.handoff.timeout} at most. A port
   * that was taken is {@linkplain #reclaim() reclaimed} first, so the consumer can be stopped and
   * started again in this way.
   *
   * <pre>{@code
   * Process server = port.start(number -> new ProcessBuilder("my-server", "--port=" + number).start());
   * }</pre>
   *
   * <p>A consumer that does not have the port in time is stopped, if it is a {@link Process} or
   * {@link AutoCloseable}. The end of a process is noticed at once.
   *
   * @param consumer starts the consumer, in this thread; it may be called several times
   * @param <T> what is started
   * @param <E> how the start may fail
   * @return the consumer; the port is {@linkplain PortState#TAKEN taken}
   * @throws E if the start fails for another reason than that somebody else has the port
   * @throws PortHandoffException if the consumer does not have its port in time, or if somebody
   *     else has it when the time is over
   * @throws PortUnavailableException if the port was taken and somebody still has it
   * @throws IllegalStateException if the port is released
   */
  public <T, E extends Exception> T start(PortHandover.Start<T, E> consumer) throws E {
    Patience patience = new Patience();
    while (true) {
      try {
        return attempt(consumer, true);
      } catch (Exception e) {
        if (!isLost(e)) {
          throw e;
        }
        patience.awaitEndOfLoss(e);
      }
    }
  }

  /**
   * Starts the consumer once, or twice if it cannot listen beside the hold.
   *
   * @param mustListen whether it is a failure if the consumer does not have the port in time
   */
  <T, E extends Exception> T attempt(PortHandover.Start<T, E> consumer, boolean mustListen)
      throws E {
    offer();
    try {
      return new ConsumerAttempt<>(life, this::confirm, handoffTimeout, mustListen, consumer).run();
    } catch (Throwable e) {
      try {
        boolean unused = life.restoreHold();
      } catch (RuntimeException notHeld) {
        e.addSuppressed(notHeld);
      }
      throw e;
    }
  }

  /** Returns whether a start failed because somebody else has the port. */
  boolean isLost(Exception failure) {
    return (PortConflict.isCauseOf(failure) || failure instanceof PortHandoffException)
        && life.isInUse();
  }

  /**
   * Takes the port back after its consumer has stopped. It then is {@linkplain PortState#HELD held}
   * by this process alone, also while former connections are in TIME_WAIT. Offer it again before
   * the consumer starts again.
   *
   * @throws IllegalStateException if the port is not taken
   * @throws PortUnavailableException if somebody has the port
   */
  public void reclaim() {
    reclaimThis();
    for (HeldPort companion : companions) {
      if (companion.state() == PortState.TAKEN) {
        companion.reclaim();
      }
    }
  }

  private void reclaimThis() {
    InheritedSockets inherited = new InheritedSockets();
    boolean isReclaimed = life.reclaim();
    while (!isReclaimed && inherited.pause()) {
      isReclaimed = life.reclaim();
    }
    if (!isReclaimed) {
      throw taken();
    }
    events.fire(life, PortEvent.Type.RECLAIMED);
  }

  /** Waits until the process that was faster than the consumer has let go of the port. */
  private final class Patience {

    private final long limit = ConsumerAttempt.nanos(handoffTimeout);
    private long firstLoss;
    private boolean isLost;

    void awaitEndOfLoss(@Nullable Exception failure) {
      events.fire(life, PortEvent.Type.STOLEN);
      if (!isLost) {
        isLost = true;
        firstLoss = System.nanoTime();
      }
      do {
        if (System.nanoTime() - firstLoss >= limit) {
          throw new PortHandoffException(
              HeldPort.this
                  + ": somebody else took it before its consumer did, and has not let go of it within "
                  + handoffTimeout.toMillis()
                  + " ms. "
                  + PortEvents.whoElseHas(life)
                  + " Stop that process, or let the number change.",
              failure);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
        if (Thread.currentThread().isInterrupted()) {
          throw new PortHandoffException(
              HeldPort.this
                  + ": somebody else took it before its consumer did, and the wait was interrupted.",
              failure);
        }
      } while (!life.restoreHold());
    }
  }

  private PortUnavailableException taken() {
    life.reopen();
    PortDiagnosis diagnosis = PortDiagnosis.of(number(), request().protocol());
    long pid = ProcessHandle.current().pid();
    if (!diagnosis.occupants().isEmpty()
        && diagnosis.occupants().stream().noneMatch(one -> one.pid().orElse(0) == pid)) {
      events.fire(life, PortEvent.Type.STOLEN);
    }
    return new PortUnavailableException(
        "Cannot hold "
            + this
            + " again. "
            + (diagnosis.isExplained()
                ? "Stop its former consumer first; if that has ended, another process took the port. "
                : "")
            + diagnosis.describe(),
        List.of(number()));
  }

  /**
   * Returns what modules need to hand the port over to consumers of their kind.
   *
   * @return the handover of this port
   */
  public PortHandover handover() {
    return Handover.of(this);
  }

  /**
   * Releases the port, whatever its state. Releasing it again does nothing.
   *
   * @throws PortLeakException if its consumer still listens, and {@link LeakPolicy#FAIL} is
   *     configured; the port is released nevertheless
   */
  @Override
  public void close() {
    int number = number();
    LateConsumer late = null;
    boolean released;
    try {
      // While an offered port is still held: afterwards the listener could be somebody else's.
      late = events.consumerAtRelease(life);
    } finally {
      released = releaseThis();
      for (HeldPort companion : companions) {
        companion.close();
      }
    }
    if (released && late != null && number == number()) {
      events.late(life, late);
    }
  }

  /** Releases the port of a consumer that did not start, or that others use. */
  boolean release() {
    for (HeldPort companion : companions) {
      boolean unused = companion.release();
    }
    return releaseThis();
  }

  private boolean releaseThis() {
    boolean released = life.release();
    if (released) {
      registered.remove(this);
      events.fire(life, PortEvent.Type.RELEASED);
    }
    return released;
  }

  PortLife life() {
    return life;
  }

  /** Returns number, name and state, for messages. */
  @Override
  public String toString() {
    return life.toString();
  }

  private static final class Handover implements PortHandover {

    private final HeldPort port;
    private final PortLife life;

    private Handover(HeldPort port) {
      this.port = port;
      this.life = port.life;
    }

    /** Here, so that the types are loaded only for ports that are handed over in this way. */
    static PortHandover of(HeldPort port) {
      return new Handover(port);
    }

    @Override
    public void offer(HandoffMode mode) {
      port.offer(mode);
    }

    @Override
    public <T, E extends Exception> T start(Start<T, E> start) throws E {
      return port.attempt(start, false);
    }

    @Override
    public void retainHold() {
      life.retainHold();
    }

    @Override
    public boolean takeBack() {
      PortState before = life.takeBackIfUnused();
      if (before == PortState.TAKEN) {
        port.events.fire(life, PortEvent.Type.RECLAIMED);
      }
      return before != null && before != PortState.RELEASED;
    }

    @Override
    public void reopen() {
      life.reopen();
    }

    @Override
    public boolean hasHold() {
      return life.hasHold();
    }

    @Override
    public boolean isInUse() {
      return life.isInUse();
    }

    @Override
    public void exchange() {
      PortExchange.run(
          life,
          (request, without) ->
              port.events.hold(port.search, request, without, port.registered.size()),
          port.events::fire);
    }
  }
}
