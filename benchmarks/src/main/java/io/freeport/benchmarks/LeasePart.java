package io.freeport.benchmarks;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.Engine;
import io.freeport.docker.internal.Labels;
import io.freeport.docker.internal.lease.Lease;
import io.freeport.docker.reaper.ReapPlan;
import io.freeport.docker.reaper.Reaper;
import io.freeport.internal.owner.Owner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a lease costs the JVM that keeps it, and what many of them cost their engine. */
final class LeasePart implements Part {

  static final String TIME = "leases.start";
  static final String WITH = "with a lease";
  static final String WITHOUT = "without one";
  static final String SETTING = "from the second container on";
  static final String FIRST = "leases.first";
  static final String MEMORY = "leases.memory";
  static final String LOOK = "leases.look";
  static final String REQUESTS = "leases.requests";

  private static final String HOST = "elsewhere-";
  private static final int CONTAINERS_PER_OWNER = 5;
  private static final Duration BEAT = Duration.ofSeconds(30);
  private static final Duration GRACE = Duration.ofSeconds(62); // the reaper's, and a bit

  @Override
  public String name() {
    return "leases";
  }

  @Override
  public Optional<String> obstacle() {
    return Docker.obstacle();
  }

  @Override
  public void run(Bench bench, Results results) throws Exception {
    results.note("Docker engine", Docker.version());
    Effort effort = bench.effort();
    starts(bench, effort.of(60, 20, 1), results);
    growth(effort, results);
  }

  /** A JVM has a lease or none, so there are two of them, which take turns. */
  private static void starts(Bench bench, int rounds, Results results) throws Exception {
    try (Processes processes = new Processes()) {
      Map<String, Process> jvms = new LinkedHashMap<>();
      for (String subject : List.of(WITH, WITHOUT)) {
        List<String> command =
            bench.java("-Dfreeport.lease=" + (subject.equals(WITH) ? "on" : "off"));
        command.addAll(List.of("-cp", bench.wholeClassPath(), ContainerStarts.class.getName()));
        Process jvm = processes.start(command);
        ask(jvm); // the first one
        jvms.put(subject, jvm);
      }
      Turns.take(
          rounds,
          List.copyOf(jvms.entrySet()),
          (jvm, round) -> results.add(TIME, jvm.getKey(), SETTING, "ms", ask(jvm.getValue())));
      for (Process jvm : jvms.values()) {
        jvm.getOutputStream().close(); // it ends, and takes its lease along
        jvm.waitFor();
      }
    }
  }

  private static double ask(Process jvm) throws IOException {
    Writer requests = jvm.outputWriter();
    requests.write("\n");
    requests.flush();
    BufferedReader answers = jvm.inputReader();
    return Double.parseDouble(answers.readLine());
  }

  private static void growth(Effort effort, Results results) throws Exception {
    int owners = effort.of(200, 50, 2);
    int rounds = effort.of(5, 3, 1);
    String many = owners + " owners, " + owners * CONTAINERS_PER_OWNER + " containers";
    AtomicInteger requests = new AtomicInteger();
    List<Lease> leases = new CopyOnWriteArrayList<>();
    List<String> containers = new CopyOnWriteArrayList<>();
    try (DockerClient client = Engine.connect();
        DockerClient endless = Engine.connectEndless()) {
      DockerClient counted = counted(client, requests);
      try {
        long before = availableMemory();
        long start = System.nanoTime();
        Docker.inParallel(
            owners, i -> Lease.start(client, endless, Docker.IMAGE, owner(i), BEAT), leases);
        results.add(FIRST, "a lease", many, "ms", millisSince(start) / owners);
        long used = before - availableMemory();
        results.add(
            MEMORY, "a lease, its connection included", many, "KiB", used / (double) owners);
        Docker.inParallel(
            owners * CONTAINERS_PER_OWNER, i -> create(client, owner(i % owners)), containers);
        passes(counted, requests, "all live", many, rounds, results, ReapPlan.Life.ALIVE);
        if (effort == Effort.SMOKE) {
          return;
        }
        leases.forEach(Lease::close);
        TimeUnit.MILLISECONDS.sleep(GRACE.toMillis()); // so the reaper wants it
        passes(counted, requests, "all are dead", many, rounds, results, ReapPlan.Life.DEAD);
      } finally {
        leases.forEach(Lease::close);
        leases.forEach(lease -> containers.add(lease.id()));
        Docker.remove(containers);
      }
    }
  }

  private static void passes(
      DockerClient client,
      AtomicInteger requests,
      String what,
      String many,
      int rounds,
      Results results,
      ReapPlan.Life expected) {
    for (int round = 0; round < rounds; round++) {
      requests.set(0);
      long start = System.nanoTime();
      ReapPlan plan = Reaper.using(client).timeLimit(Duration.ofMinutes(5)).plan();
      results.add(LOOK, what, many, "ms", millisSince(start));
      results.add(REQUESTS, what, many, "", requests.get());
      boolean isAsExpected =
          plan.findings().stream()
              .filter(finding -> finding.owner().startsWith(HOST))
              .allMatch(finding -> finding.life() == expected);
      if (!isAsExpected) {
        throw new IllegalStateException("Not " + expected + ": " + plan.findings().get(0));
      }
    }
  }

  private static Owner owner(int number) {
    return new Owner(HOST + number, 1, 1, String.format("%08x", number));
  }

  private static String create(DockerClient client, Owner owner) {
    return client
        .createContainerCmd(Docker.IMAGE)
        .withCmd("sleep", "1000")
        .withLabels(Map.of(Labels.OWNER, owner.toString()))
        .exec()
        .getId();
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  /** Returns KiB, of the whole machine: the engine has a process or two per container. */
  private static long availableMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/meminfo")).stream()
        .filter(line -> line.startsWith("MemAvailable:"))
        .map(line -> line.replaceAll("\\D", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow();
  }

  /** Returns a client that counts its commands. */
  private static DockerClient counted(DockerClient client, AtomicInteger requests) {
    return (DockerClient)
        Proxy.newProxyInstance(
            LeasePart.class.getClassLoader(),
            new Class<?>[] {DockerClient.class},
            (proxy, method, arguments) -> {
              if (method.getName().endsWith("Cmd")) {
                requests.incrementAndGet();
              }
              return method.invoke(client, arguments);
            });
  }
}
