package io.freeport.junit5;

import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is made once, by who asks first. To make it may take long, and must not keep those waiting
 * who ask for something else. After a failure the next one tries.
 */
final class Slot<T> {

  private volatile @Nullable T made;

  synchronized T get(Supplier<T> make) {
    T its = made;
    if (its == null) {
      its = make.get();
      made = its;
    }
    return its;
  }

  /** Returns what is there already, and waits for nobody. */
  Optional<T> made() {
    return Optional.ofNullable(made);
  }
}
