package io.freeport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the figures were measured on. */
final class Machine {

  private static final Pattern JAR =
      Pattern.compile("([^/\\\\]+?)-(\\d[^/\\\\]*?)(-tests)?\\.jar$");
  private static final String PEERS =
      "spring-test|camel-test-junit5|free-port-finder|flink-core|mockserver-core|opentelemetry-testing-common|zookeeper|junit-jupiter-engine|testcontainers|jmh-core";

  private Machine() {}

  static Map<String, String> describe(Bench bench) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Processor", line("/proc/cpuinfo", "model name\\s*:\\s*(.*)"));
    facts.put("Processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("Memory", line("/proc/meminfo", "MemTotal:\\s*(.*)"));
    facts.put("Kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("System", line("/etc/os-release", "PRETTY_NAME=\"?([^\"]*)\"?"));
    facts.put(
        "Java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    facts.put(
        "Ephemeral ports",
        line("/proc/sys/net/ipv4/ip_local_port_range", "(.*)").replaceAll("\\s+", " to "));
    for (String entry : bench.classPath()) {
      Matcher jar = JAR.matcher(entry);
      if (jar.find() && jar.group(1).matches(PEERS)) {
        facts.put(jar.group(1), jar.group(2));
      }
    }
    return facts;
  }

  private static String line(String file, String pattern) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .map(Pattern.compile(pattern)::matcher)
          .filter(Matcher::matches)
          .map(matcher -> matcher.group(1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException notThisSystem) {
      return "unknown";
    }
  }
}
