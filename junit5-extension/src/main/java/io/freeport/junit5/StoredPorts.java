package io.freeport.junit5;

import io.freeport.HeldPort;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * What is kept in a store, by {@link StoredOnce}, or in the session.
 *
 * @param ports the ports that this entry owns
 * @param place where they were asked for first
 */
record StoredPorts(List<HeldPort> ports, Place place) implements AutoCloseable {

  static final Namespace NAMESPACE = Namespace.create(FreePort.class);

  /** All of them are released, whatever one of them is found to leak. */
  @Override
  public void close() {
    closeAll(ports);
  }

  /** None of ours throws a checked exception. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void throwUnchecked(Throwable failure) throws E {
    throw (E) failure;
  }

  static void closeAll(Iterable<? extends AutoCloseable> all) {
    Throwable failure = null;
    for (AutoCloseable each : all) {
      try {
        each.close();
      } catch (Throwable e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throwUnchecked(failure);
    }
  }
}
