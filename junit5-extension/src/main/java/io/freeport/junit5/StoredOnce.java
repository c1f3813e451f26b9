package io.freeport.junit5;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * What a store has under a key, made by who asks first, and closed with the store. A store itself
 * would remember a failure, but the next test may have more luck.
 *
 * <p>A failure is told to all who waited for it, and only who made it removes this from the store:
 * if each of them did so, a slow one would remove what somebody else has put there since.
 *
 * <p>JUnit up to 5.12 closes only the one interface, later versions prefer the other.
 */
@SuppressWarnings("deprecation") // CloseableResource, since JUnit 5.13
final class StoredOnce<T> implements Store.CloseableResource, AutoCloseable {

  private @Nullable T made;
  private @Nullable RuntimeException failure;

  private StoredOnce() {}

  @SuppressWarnings("unchecked") // each key has one type
  static <T> T get(Store store, Object key, Supplier<T> make) {
    StoredOnce<T> its =
        store.getOrComputeIfAbsent(key, any -> new StoredOnce<T>(), StoredOnce.class);
    return its.get(make, () -> store.remove(key));
  }

  /** Returns what a store, or one of those around it, has under a key. */
  static Optional<Object> find(Store store, Object key) {
    StoredOnce<?> its = store.get(key, StoredOnce.class);
    return its == null ? Optional.empty() : its.made();
  }

  private synchronized T get(Supplier<T> make, Runnable remove) {
    if (failure != null) {
      throw failure;
    }
    T its = made;
    if (its == null) {
      try {
        its = make.get();
      } catch (RuntimeException e) {
        failure = e;
        remove.run();
        throw e;
      }
      made = its;
    }
    return its;
  }

  private synchronized Optional<Object> made() {
    return Optional.ofNullable(made);
  }

  @Override
  public void close() throws Exception {
    if (made().orElse(null) instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
