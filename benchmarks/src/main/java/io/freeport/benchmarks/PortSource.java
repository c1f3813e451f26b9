package io.freeport.benchmarks;

import java.io.IOException;

/** One way to a free port, in one JVM. Any thread may use it. */
interface PortSource extends AutoCloseable {

  /** Gives no port at all. */
  PortSource NONE =
      () -> {
        throw new IOException("No source of ports was opened");
      };

  /** Finds a port, or holds it, whatever the way is. */
  Lease take() throws IOException;

  /** Takes several at once, if there is a way to. */
  default Lease[] take(int count) throws IOException {
    Lease[] leases = new Lease[count];
    for (int i = 0; i < count; i++) {
      leases[i] = take();
    }
    return leases;
  }

  @Override
  default void close() {}

  /** A port as somebody has it who asked for one. */
  interface Lease extends AutoCloseable {

    int number();

    /** Opens it to its consumer, who comes next. */
    default void offer() {}

    /** Returns whether the consumer that listens has it; for sources that can tell. */
    default boolean isTaken() {
      return true;
    }

    @Override
    default void close() {}
  }

  /** Of sources that only name a number. */
  static Lease justANumber(int number) {
    return () -> number;
  }
}
