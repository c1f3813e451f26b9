package io.freeport.junit5.internal;

/** Closes several things. */
public final class Closeables {

  private Closeables() {}

  /** Closes all, and then throws the first failure, with the others suppressed. */
  public static void closeAll(Iterable<? extends AutoCloseable> all) {
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

  /** Nothing that we close throws a checked exception. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void throwUnchecked(Throwable failure) throws E {
    throw (E) failure;
  }
}
