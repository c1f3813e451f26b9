package io.freeport;

import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.internal.handoff.PortConflict;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Starts a consumer on held ports, one after the other, until it has one of them. */
final class ConsumerStart<T, E extends Exception> {

  private static final Logger LOGGER = System.getLogger(ConsumerStart.class.getName());

  private final PortAllocator allocator;
  private final PortRequest request;
  private final PortConsumer<T, E> consumer;
  private final Duration timeout;

  /** Numbers that somebody else took from us. */
  private final Set<Integer> lost = new HashSet<>();

  private @Nullable Exception lastConflict;

  ConsumerStart(
      PortAllocator allocator, PortRequest request, PortConsumer<T, E> consumer, Duration timeout) {
    this.allocator = allocator;
    this.request = request;
    this.consumer = consumer;
    this.timeout = timeout;
  }

  StartedConsumer<T> run(int retries) throws E {
    while (true) {
      HeldPort port = nextPort();
      boolean handedOver = false;
      try {
        T started = port.handover().start(() -> consumer.start(port));
        awaitTaken(port, started);
        handedOver = !hasEnded(started);
        if (handedOver) {
          return new StartedConsumer<>(port, started);
        }
        // The port is taken all the same: by somebody who is not our consumer.
        lose(port, new BindException("its process has ended"));
        if (lost.size() > retries) {
          throw new PortHandoffException(
              port + ": its consumer has ended, and somebody else has it; so it was with " + lost);
        }
      } catch (Exception e) {
        // A bind that failed on some other port, or for some other reason, is the caller's affair.
        boolean stolen = PortConflict.isCauseOf(e) && port.isInUse();
        if (stolen) {
          lose(port, e);
        }
        if (!stolen || lost.size() > retries) {
          throw e;
        }
      } finally {
        if (!handedOver) {
          port.releaseUnchecked();
        }
      }
    }
  }

  private static boolean hasEnded(Object started) {
    return started instanceof Process process && !process.isAlive();
  }

  private HeldPort nextPort() {
    try {
      return allocator.hold(request, lost);
    } catch (PortUnavailableException e) {
      if (lastConflict != null) {
        e.addSuppressed(lastConflict);
      }
      throw e;
    }
  }

  private void awaitTaken(HeldPort port, T started) {
    try {
      port.awaitTaken(timeout);
    } catch (PortHandoffException e) {
      stop(started, e);
      throw e;
    }
  }

  /** Nobody else has it in hand any more. */
  private static void stop(Object started, Exception failure) {
    try {
      if (started instanceof Process process) {
        process.destroyForcibly();
      } else if (started instanceof AutoCloseable closeable) {
        closeable.close();
      }
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  private void lose(HeldPort port, Exception conflict) {
    lost.add(port.number());
    lastConflict = conflict;
    port.releaseUnchecked(); // before the diagnosis, which would find our own hold
    allocator.tell(PortEvent.Type.STOLEN, port);
    LOGGER.log(
        Level.INFO,
        "{0} was taken by somebody else before its consumer bound it ({1}). {2}",
        port,
        conflict.toString(),
        PortDiagnosis.of(port.number(), request.protocol()).describe());
  }
}
