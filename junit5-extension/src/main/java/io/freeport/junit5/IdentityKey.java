package io.freeport.junit5;

import org.jspecify.annotations.Nullable;

/** A key that compares objects by identity, whatever their {@code equals} says. */
record IdentityKey(@Nullable Object instance) {

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IdentityKey key && key.instance == instance;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(instance);
  }
}
