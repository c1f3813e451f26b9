package io.freeport.junit5.internal;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * A value that the first caller makes and everybody else gets, from a store of JUnit or from a map.
 * It is closed with the store.
 *
 * <p>Making it may take long: callers that need the same value wait, all others do not. A failure
 * goes to those who waited for it. It is not remembered, unlike in a plain store: the next caller
 * starts afresh.
 *
 * @param <T> the type of the value
 */
@SuppressWarnings("deprecation") // JUnit up to 5.12 closes this interface only, later the other
public final class Memo<T> implements Store.CloseableResource, AutoCloseable {

  private volatile @Nullable T value;
  private @Nullable RuntimeException failure; // guarded by this

  private Memo() {}

  /** Returns what the store, or one around it, has for the key. */
  @SuppressWarnings("unchecked") // each key has one type
  public static <T> T get(Store store, Object key, Supplier<T> make) {
    Memo<T> memo = store.getOrComputeIfAbsent(key, any -> new Memo<T>(), Memo.class);
    return memo.get(make, () -> store.remove(key));
  }

  /** Returns what the map has for the key. The map has to be safe for several threads. */
  @SuppressWarnings("unchecked") // each key has one type
  public static <K, T> T get(Map<K, Memo<?>> map, K key, Supplier<T> make) {
    Memo<T> memo = (Memo<T>) map.computeIfAbsent(key, any -> new Memo<T>());
    return memo.get(make, () -> map.remove(key, memo));
  }

  /** Returns what the store, or one around it, has for the key already; null if nothing. */
  public static @Nullable Object find(Store store, Object key) {
    Memo<?> memo = store.get(key, Memo.class);
    return memo == null ? null : memo.value();
  }

  /** Returns the value if it is made already, and does not wait for it. */
  public @Nullable T value() {
    return value;
  }

  /**
   * Only the caller that fails removes the memo: if those who waited did so too, a slow one could
   * remove its successor.
   */
  private T get(Supplier<T> make, Runnable remove) {
    T made = value;
    return made == null ? make(make, remove) : made;
  }

  private synchronized T make(Supplier<T> make, Runnable remove) {
    if (failure != null) {
      throw failure;
    }
    T made = value;
    if (made == null) {
      try {
        made = make.get();
      } catch (RuntimeException e) {
        failure = e;
        remove.run();
        throw e;
      }
      value = made;
    }
    return made;
  }

  @Override
  public void close() throws Exception {
    if (value instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
