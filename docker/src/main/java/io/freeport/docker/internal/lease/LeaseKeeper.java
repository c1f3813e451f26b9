package io.freeport.docker.internal.lease;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import io.freeport.docker.internal.DockerContext;
import io.freeport.docker.internal.Engine;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.text.PrintableText;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a {@link Lease} for this JVM from its first container on, by a thread beside the tests. One
 * that is lost is replaced by another one for the same owner.
 */
public final class LeaseKeeper {

  private static final Logger LOGGER = System.getLogger(LeaseKeeper.class.getName());

  /** Proxies cut connections after a silent minute. */
  private static final Duration BEAT = Duration.ofSeconds(30);

  private static final Duration FIRST_LIMIT = Duration.ofSeconds(10);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /** The end of a JVM does not wait for an engine that hangs. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static boolean isDecided; // guarded by the class
  private static @Nullable LeaseKeeper ofThisJvm; // guarded by the class

  private final LeaseNeed need;
  private final Owner owner;

  /** Those of containers of this JVM. */
  private final BlockingQueue<String> images = new LinkedBlockingQueue<>();

  private final Set<String> offered = new HashSet<>(); // guarded by the class

  /** The first lease runs, or could not be had. */
  private final CountDownLatch first = new CountDownLatch(1);

  private boolean hasTold;
  private volatile @Nullable Lease lease;
  private volatile boolean isEnding;

  private LeaseKeeper(LeaseNeed need, Owner owner) {
    this.need = need;
    this.owner = owner;
  }

  /**
   * Begins to keep a lease, if this JVM should have one and has none. The first call returns when
   * it runs, or cannot be had: a JVM that is killed must not leave a container without one.
   *
   * @param image that of a container which is about to be created
   */
  public static void begin(DockerContext context, @Nullable String image) {
    LeaseKeeper keeper = offer(context, image);
    if (keeper != null) {
      keeper.awaitFirst();
    }
  }

  private static synchronized @Nullable LeaseKeeper offer(
      DockerContext context, @Nullable String image) {
    if (!isDecided) {
      isDecided = true;
      ofThisJvm = start(context);
    }
    LeaseKeeper keeper = ofThisJvm;
    if (keeper != null) {
      String configured = context.settings().get(SettingKeys.LEASE_IMAGE);
      String usable = configured == null ? image : configured;
      if (usable != null && keeper.offered.add(usable)) {
        keeper.images.add(usable);
      }
      return usable == null ? null : keeper;
    }
    return null;
  }

  private void awaitFirst() {
    try {
      if (!first.await(FIRST_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOGGER.log(Level.DEBUG, "The first container does not wait for the lease any longer");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static @Nullable LeaseKeeper start(DockerContext context) {
    LeaseNeed need;
    try {
      need = LeaseNeed.of(context);
    } catch (IllegalStateException noEngine) {
      return null; // the container that is about to be created fails, and says why
    }
    if (!need.isThere()) {
      return null;
    }
    LeaseKeeper keeper = new LeaseKeeper(need, context.owners().self());
    Runtime.getRuntime().addShutdownHook(new Thread(keeper::end, "freeport-lease-end"));
    startDaemon(keeper::keep, "freeport-lease");
    return keeper;
  }

  private static Thread startDaemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void keep() {
    try {
      String image = images.take();
      boolean isProven = false;
      Duration pause = FIRST_PAUSE;
      while (!isEnding) {
        try (DockerClient client = Engine.connect();
            DockerClient endless = Engine.connectEndless()) {
          LeaseNeed here = need.at(client);
          if (!here.isThere()) {
            LOGGER.log(Level.DEBUG, "No lease: {0}", here.reason());
            first.countDown();
            return;
          }
          String end = keepOne(Lease.start(client, endless, image, owner, BEAT));
          isProven = true;
          pause = FIRST_PAUSE;
          if (!isEnding) {
            LOGGER.log(
                Level.WARNING,
                "The lease of this JVM at the engine is lost: {0}. Another one is started. Where that takes more than a minute, a reaper on another host may take this JVM for dead.",
                end);
          }
        } catch (RuntimeException | IOException e) {
          if (isEnding) {
            return;
          }
          LOGGER.log(Level.DEBUG, "No lease", e);
          tell(reason(e));
          if (!isProven && isAnswer(e)) {
            image = images.take(); // this one may have no such program
          } else {
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
            Duration next = pause.multipliedBy(2);
            pause = next.compareTo(BEAT) < 0 ? next : BEAT;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns how it was lost. */
  private String keepOne(Lease started) throws InterruptedException {
    try (started) {
      lease = started;
      first.countDown();
      LOGGER.log(Level.DEBUG, "This JVM has the lease {0}", started.id());
      try {
        started.removeOthersOf(owner);
      } catch (RuntimeException e) {
        LOGGER.log(Level.DEBUG, "Lost leases of this JVM stay", e);
      }
      return awaitEnd(started);
    }
  }

  private String awaitEnd(Lease current) throws InterruptedException {
    while (true) {
      boolean hasEnded = current.awaitEnd(BEAT);
      try {
        Optional<String> end = current.end();
        if (end.isPresent() || hasEnded) {
          return end.orElse("the connection to it has ended");
        }
      } catch (RuntimeException e) {
        if (hasEnded) {
          return "the connection to it has ended (" + reason(e) + ")";
        }
        LOGGER.log(Level.DEBUG, "The engine does not tell how the lease is", e); // it may come back
      }
    }
  }

  private static boolean isAnswer(Exception failure) {
    return failure instanceof DockerException said && said.getHttpStatus() > 0;
  }

  /** Once: a restricted engine would refuse it again and again. */
  private void tell(String reason) {
    first.countDown();
    if (!hasTold) {
      hasTold = true;
      LOGGER.log(
          Level.INFO,
          "This JVM has no lease at the engine ({0}). Reapers on other hosts cannot tell whether it lives, and leave its containers alone.",
          reason);
    }
  }

  private static String reason(Exception failure) {
    return PrintableText.line(String.valueOf(failure.getMessage()));
  }

  /** A lease that stays tells reapers that its owner has ended, if that has left something. */
  private void end() {
    isEnding = true;
    Lease current = lease;
    if (current == null) {
      return;
    }
    Thread thread =
        startDaemon(
            () -> {
              try {
                if (current.isLastOf(owner)) {
                  current.remove();
                }
              } catch (RuntimeException e) {
                LOGGER.log(Level.DEBUG, "The lease stays, and ends with this JVM", e);
              }
            },
            "freeport-lease-removal");
    try {
      thread.join(LAST_WORDS.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
