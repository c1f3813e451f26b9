package io.freeport.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * How long a port takes, by JMH. In each round each subject has a JVM of its own, of whose single
 * calls the median counts.
 */
final class LatencyPart implements Part {

  /** The first allocation of an allocator, which has not seen yet what is taken. */
  static final String FIRST = "FreePort, the first one";

  private static final String ONE_THREAD = "1 thread";
  private static final Set<Peer> SLOW = Set.of(Peer.FREE_PORT_FINDER, Peer.FLINK, Peer.MOCK_SERVER);
  private static final String MICROS = "µs";
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final double MEDIAN = 50;
  private static final double TAIL = 99;

  /** One benchmark with its parameters. */
  private record Call(
      String metric,
      String subject,
      String setting,
      String method,
      List<String> parameters,
      int threads) {

    Call with(List<String> otherParameters) {
      return new Call(metric, subject, setting, method, otherParameters, threads);
    }

    Call byFourThreads() {
      String fourThreads = setting.equals(ONE_THREAD) ? "4 threads" : setting + ", 4 threads";
      return new Call(metric, subject, fourThreads, method, parameters, 4);
    }
  }

  private static Call ofRange(String subject, String percent, String method) {
    return new Call(
        "latency.range",
        subject,
        percent + " % taken",
        "Occupancy." + method,
        List.of("percent", percent),
        1);
  }

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public void run(Bench bench, Results results) throws Exception {
    Effort effort = bench.effort();
    List<Call> ones = new ArrayList<>(); // those that differ by little
    List<Call> others = new ArrayList<>();
    List<Call> ranges = new ArrayList<>();
    List<Call> byOneThreadSoFar = new ArrayList<>();
    for (Peer peer : Stream.concat(Peer.all().stream(), Stream.of(Peer.RAW)).toList()) {
      if (peer == Peer.MOCK_SERVER && effort == Effort.SMOKE) { // it sleeps
        continue;
      }
      List<String> parameters = List.of("peer", peer.name());
      List<String> warm =
          List.of("peer", peer.name(), "warmUpNanos", "" + effort.of(1, 1, 0) * WARM_UP_NANOS);
      boolean isSlow = SLOW.contains(peer);
      Call one = new Call("latency.one", peer.title(), ONE_THREAD, "Allocation.one", parameters, 1);
      (isSlow ? others : ones).add(isSlow ? one : one.with(warm));
      others.add(one.byFourThreads());
      Call ten = new Call("latency.ten", peer.title(), ONE_THREAD, "Allocation.ten", parameters, 1);
      others.add(ten);
      byOneThreadSoFar.add(ten);
    }
    for (String percent : List.of("0", "50", "95")) {
      ranges.add(ofRange(Peer.FREEPORT.title(), percent, "hold"));
      ranges.add(ofRange(FIRST, percent, "first"));
      List<Call> ofOthers =
          List.of(
              ofRange("first free one", percent, "firstFree"),
              ofRange(Peer.CAMEL.title(), percent, "camel"),
              ofRange(Peer.FREE_PORT_FINDER.title(), percent, "freePortFinder"));
      others.addAll(ofOthers);
      byOneThreadSoFar.addAll(ofOthers);
    }
    ranges.add(
        new Call(
            "latency.plan",
            Peer.FREEPORT.title(),
            "six services",
            "SixServices.assign",
            List.of(),
            1));
    byOneThreadSoFar.addAll(ranges);
    byOneThreadSoFar.forEach(call -> others.add(call.byFourThreads()));

    int thorough = effort.of(4, 4, 1);
    int brief = effort.of(2, 1, 1);
    Turns.take(effort.of(7, 5, 1), ones, (call, round) -> measure(call, brief, bench, results));
    Turns.take(
        effort.of(5, 3, 1), ranges, (call, round) -> measure(call, thorough, bench, results));
    // No target is about them, so a quick run has none of them.
    Turns.take(effort.of(1, 0, 1), others, (call, round) -> measure(call, brief, bench, results));
  }

  private static void measure(Call call, int warmUps, Bench bench, Results results)
      throws RunnerException {
    Effort effort = bench.effort();
    List<String> command = bench.java();
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("\\." + call.method().replace(".", "\\.") + "$")
            .mode(Mode.SampleTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .threads(call.threads())
            .forks(effort == Effort.SMOKE ? 0 : 1)
            .warmupIterations(warmUps)
            .warmupTime(TimeValue.milliseconds(effort.of(500, 500, 10)))
            .measurementIterations(effort.of(3, 2, 1))
            .measurementTime(TimeValue.milliseconds(effort.of(300, 200, 10)))
            .jvmArgsAppend(command.subList(1, command.size()).toArray(String[]::new))
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true);
    for (int i = 0; i < call.parameters().size(); i += 2) {
      options.param(call.parameters().get(i), call.parameters().get(i + 1));
    }
    for (RunResult result : new Runner(options.build()).run()) {
      Statistics nanos = result.getPrimaryResult().getStatistics();
      results.add(call.metric(), call.subject(), call.setting(), MICROS, micros(nanos, MEDIAN));
      results.add(
          call.metric() + ".p99", call.subject(), call.setting(), MICROS, micros(nanos, TAIL));
    }
  }

  private static double micros(Statistics nanos, double percentile) {
    return nanos.getPercentile(percentile) / TimeUnit.MICROSECONDS.toNanos(1);
  }
}
