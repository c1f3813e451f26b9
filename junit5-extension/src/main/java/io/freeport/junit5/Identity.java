package io.freeport.junit5;

import org.jspecify.annotations.Nullable;

/** Part of a key. Two instances are two, whatever their class thinks of it. */
record Identity(@Nullable Object instance) {

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Identity identity && identity.instance == instance;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(instance);
  }
}
