package io.freeport.benchmarks;

/** How much is measured. */
enum Effort {
  /** All there is: for the page. */
  FULL,
  /** Enough to tell whether a target is missed, in ten minutes. */
  QUICK,
  /** Once, to see that it works; the figures mean nothing. */
  SMOKE;

  int of(int full, int quick, int smoke) {
    return switch (this) {
      case FULL -> full;
      case QUICK -> quick;
      case SMOKE -> smoke;
    };
  }
}
