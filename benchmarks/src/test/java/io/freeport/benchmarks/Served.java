package io.freeport.benchmarks;

/** Has the name of what generated suites call. */
final class Served {

  private Served() {}

  static void fail() {
    throw new IllegalStateException("A server that fails");
  }
}
