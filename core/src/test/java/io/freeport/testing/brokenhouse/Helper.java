package io.freeport.testing.brokenhouse;

import io.freeport.testing.brokenhouse.internal.left.Left;

final class Helper {

  Left left() {
    return new Nested().facade == null ? new Left() : new Facade().hidden();
  }

  /** Only this nested class knows the facade. */
  private static final class Nested {

    @SuppressWarnings("NullAway")
    private final Facade facade = null;
  }
}
