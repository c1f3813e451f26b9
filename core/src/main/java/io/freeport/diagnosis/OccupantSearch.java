package io.freeport.diagnosis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks several finders in parallel, and waits for all of them up to one limit. */
final class OccupantSearch {

  private static final Logger LOGGER = System.getLogger(OccupantSearch.class.getName());

  private OccupantSearch() {}

  /** A finder with a name for messages. */
  record Source(String name, PortOccupantFinder finder) {}

  /**
   * The answers of all finders.
   *
   * @param occupants the most informative kind first
   * @param failures for each finder without an answer, the reason: a sentence without its full stop
   */
  record Result(List<PortOccupant> occupants, List<String> failures) {}

  /**
   * Runs each finder in a daemon thread, so one that never returns keeps neither the caller waiting
   * nor the JVM alive. It is not interrupted, because that can spoil more than this search:
   * Testcontainers, for example, gives up on an engine for good if its first look is interrupted.
   */
  static Result run(int port, List<Source> sources, Duration limit) {
    long start = System.nanoTime();
    Map<Source, FutureTask<List<PortOccupant>>> searches = new LinkedHashMap<>();
    List<String> failures = new ArrayList<>();
    for (Source source : sources) {
      FutureTask<List<PortOccupant>> search =
          new FutureTask<>(() -> List.copyOf(source.finder().find(port)));
      Thread thread = new Thread(search, "freeport-diagnosis-" + source.name());
      thread.setDaemon(true);
      try {
        thread.start();
        searches.put(source, search);
      } catch (OutOfMemoryError noThread) { // the JVM throws this if there is no thread
        failures.add(source.name() + " was not asked, since there is no thread for it");
      }
    }
    List<PortOccupant> occupants = new ArrayList<>();
    searches.forEach(
        (source, search) -> {
          try {
            long left = limit.toNanos() - (System.nanoTime() - start);
            occupants.addAll(search.get(left, TimeUnit.NANOSECONDS));
          } catch (ExecutionException e) {
            LOGGER.log(Level.DEBUG, source.name() + " cannot tell who has port " + port, e);
            failures.add(source.name() + " failed: " + e.getCause());
          } catch (TimeoutException e) {
            LOGGER.log(
                Level.DEBUG, "{0} has not told who has port {1,number,#}", source.name(), port);
            failures.add(source.name() + " did not answer within " + limit.toMillis() + " ms");
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failures.add(source.name() + " was not waited for, since this thread is interrupted");
          }
        });
    occupants.sort(Comparator.comparing(PortOccupant::kind));
    return new Result(List.copyOf(occupants), List.copyOf(failures));
  }
}
