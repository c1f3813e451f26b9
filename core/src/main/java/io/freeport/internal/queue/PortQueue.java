package io.freeport.internal.queue;

import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.owner.Tickets;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The requests of this JVM that wait for ports, in the order in which they began to wait. Those of
 * other JVMs are known by their tickets. Without a directory for tickets, the requests of this JVM
 * wait in their order, and compete with those of others.
 *
 * <p>The queue only orders the attempts: a request does not try the numbers that an earlier one
 * wishes for. So a single port that becomes free goes to the first request that wants it, and a
 * request for several ports is not overtaken for ever.
 *
 * <p><strong>Threads.</strong> A place belongs to the thread that joined; all other methods may be
 * called from any thread.
 */
public final class PortQueue {

  private static final Logger LOGGER = System.getLogger(PortQueue.class.getName());

  /** For those who are woken anyway. They need not look at ports, but a guard wants to be asked. */
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final PortQueue OF_THIS_JVM = new PortQueue();

  // Guarded by this.
  private final List<Place> places = new ArrayList<>();
  private long lastNumber;

  private PortQueue() {}

  /** Returns the queue of this JVM, for ports of whichever allocator. */
  public static PortQueue ofThisJvm() {
    return OF_THIS_JVM;
  }

  /** Returns whether no request waits, in this JVM or in those that share the directory. */
  public boolean isEmpty(OwnerRegistry registry) {
    synchronized (this) {
      if (!places.isEmpty()) {
        return false;
      }
    }
    return wishesBefore(Long.MAX_VALUE, registry.tickets().orElse(null)).isEmpty();
  }

  /**
   * Joins the queue at its end.
   *
   * @param longest how long the request waits at most
   * @param hasPorts whether who waits has other ports and keeps them meanwhile. Such a request is
   *     not kept back by one for several ports: that one may need the ports that this one keeps,
   *     and both would wait until their time is over
   */
  public Place join(Wish wish, OwnerRegistry registry, Duration longest, boolean hasPorts) {
    Place place;
    synchronized (this) {
      Instant now = Instant.now();
      long nanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
      lastNumber = Math.max(lastNumber + 1, nanos);
      place = new Place(lastNumber, wish, registry.tickets().orElse(null), hasPorts);
      places.add(place);
    }
    place.takeTicket(longest);
    return place;
  }

  /** Has the requests look again whose turn it may be: a port may be free. */
  public void wake() {
    List<Thread> next = new ArrayList<>();
    synchronized (this) {
      for (Place place : places) {
        if (!place.keptBackHere().equals(place.wish.numbers())) {
          next.add(place.thread);
        }
      }
    }
    next.forEach(LockSupport::unpark);
  }

  /** Returns the wishes of other JVMs whose tickets were taken earlier. */
  private static List<Wish> wishesBefore(long number, @Nullable Tickets tickets) {
    List<Wish> wishes = new ArrayList<>();
    if (tickets != null) {
      try {
        for (String text : tickets.before(number)) {
          Wish wish = Wish.parse(text);
          if (wish != null) {
            wishes.add(wish);
          }
        }
      } catch (IOException e) {
        LOGGER.log(Level.DEBUG, "Cannot read who else waits for ports", e);
      }
    }
    return wishes;
  }

  /** The place of one request. */
  public final class Place implements AutoCloseable {

    private final Thread thread = Thread.currentThread();
    private final long number;
    private final Wish wish;
    private final @Nullable Tickets tickets;
    private final boolean hasPorts;

    /** Whether an earlier request of this JVM, which will wake this one, is to get each number. */
    private boolean isWoken;

    private Place(long number, Wish wish, @Nullable Tickets tickets, boolean hasPorts) {
      this.number = number;
      this.wish = wish;
      this.tickets = tickets;
      this.hasPorts = hasPorts;
    }

    private void takeTicket(Duration longest) {
      if (tickets != null) {
        try {
          tickets.take(number, Instant.now().plus(longest), wish.toString());
        } catch (IOException e) {
          LOGGER.log(Level.WARNING, "Other JVMs do not know that this one waits for ports", e);
        }
      }
    }

    /** Returns those of the wished numbers that earlier requests are to get first. */
    public BitSet keptBack() {
      BitSet kept;
      synchronized (PortQueue.this) {
        kept = keptBackHere();
      }
      isWoken = kept.equals(wish.numbers());
      if (!isWoken) { // else nobody needs to look at files
        earlierElsewhere().forEach(earlier -> kept.or(wish.common(earlier)));
      }
      return kept;
    }

    /** Under the lock of the queue. Ends as soon as the numbers are all those of the wish. */
    private BitSet keptBackHere() {
      BitSet kept = new BitSet();
      for (Place place : places) {
        if (place == this || kept.equals(wish.numbers())) {
          break;
        }
        if (isInFront(place.wish)) {
          kept.or(wish.common(place.wish));
        }
      }
      return kept;
    }

    /** Returns how many earlier requests wish for one of the numbers. */
    public int countEarlier() {
      return earlierHere().size() + earlierElsewhere().size();
    }

    private List<Wish> earlierHere() {
      synchronized (PortQueue.this) {
        return places.subList(0, places.indexOf(this)).stream()
            .map(place -> place.wish)
            .filter(this::isInFront)
            .toList();
      }
    }

    private List<Wish> earlierElsewhere() {
      return wishesBefore(number, tickets).stream().filter(this::isInFront).toList();
    }

    private boolean isInFront(Wish earlier) {
      return !(hasPorts && earlier.compound()) && !wish.common(earlier).isEmpty();
    }

    /**
     * Waits until a port of this JVM is released, an earlier request of this JVM leaves, or the
     * time is over. May return earlier; does so at once in an interrupted thread.
     *
     * @param nanos the time until the next look at ports and tickets, if this is needed
     * @param longest the rest of the request's time
     */
    public void pause(long nanos, long longest) {
      LockSupport.parkNanos(
          this, Math.min(longest, isWoken ? Math.max(nanos, LONGEST_PAUSE_NANOS) : nanos));
    }

    /** Leaves the queue. */
    @Override
    public void close() {
      synchronized (PortQueue.this) {
        places.remove(this);
      }
      wake();
      if (tickets != null) {
        try {
          tickets.giveBack(number);
        } catch (IOException e) {
          LOGGER.log(Level.WARNING, "Other JVMs still wait for a request of this one", e);
        }
      }
    }
  }
}
