package io.freeport.benchmarks;

/** How the tests of a suite get at their ports, in the way that is usual with each. */
enum SuiteVariant {
  PLAIN("the server chooses", "", "", "Served.once(0);", ""),
  TEMP_DIR(
      "the server chooses, and @TempDir",
      "",
      "@org.junit.jupiter.api.io.TempDir java.nio.file.Path folder",
      "Served.once(0);",
      ""),
  /** What an annotated parameter takes before there is any port. */
  NO_PORT(
      "an extension that gives 0",
      "",
      "@io.freeport.benchmarks.NoPort int port",
      "Served.once(port);",
      ""),
  FREEPORT(
      "@FreePort int",
      "",
      "@io.freeport.junit5.FreePort int port",
      "Served.once(port);",
      "freeport-core|core|freeport-junit5|junit5-extension|jspecify"),
  SERVER_SOCKET(Peer.SERVER_SOCKET.title(), "", "", "Served.once(Served.freePort());", ""),
  SPRING(
      Peer.SPRING.title(),
      "",
      "",
      "Served.once(org.springframework.test.util.TestSocketUtils.findAvailableTcpPort());",
      "spring-test|spring-core"),
  CAMEL(
      Peer.CAMEL.title(),
      "@org.junit.jupiter.api.extension.RegisterExtension final org.apache.camel.test.AvailablePortFinder.Port port ="
          + " org.apache.camel.test.AvailablePortFinder.find();",
      "",
      "Served.once(port.getPort());",
      "camel-test-junit5|slf4j-api|slf4j-simple"),
  FREE_PORT_FINDER(
      Peer.FREE_PORT_FINDER.title(),
      "",
      "",
      "Served.once(me.alexpanov.net.FreePortFinder.findFreeLocalPort());",
      "free-port-finder"),
  FLINK(
      Peer.FLINK.title(),
      "",
      "",
      "try (var port = org.apache.flink.util.NetUtils.getAvailablePort()) { Served.once(port.getPort()); }",
      "flink-core|slf4j-api|slf4j-simple"),
  MOCK_SERVER(
      Peer.MOCK_SERVER.title(),
      "",
      "",
      "Served.once(org.mockserver.socket.PortFactory.findFreePort());",
      "mockserver-core"),
  OPEN_TELEMETRY(
      Peer.OPEN_TELEMETRY.title(),
      "",
      "",
      "Served.once(io.opentelemetry.instrumentation.test.utils.PortUtils.findOpenPort());",
      "opentelemetry-testing-common"),
  ZOOKEEPER(
      Peer.ZOOKEEPER.title(),
      "",
      "",
      "Served.once(org.apache.zookeeper.PortAssignment.unique());",
      "zookeeper|slf4j-api|slf4j-simple");

  private static final String JUNIT =
      "junit-jupiter-.*|junit-platform-.*|opentest4j|apiguardian-api|benchmarks";

  private final String title;
  private final String members;
  private final String parameter;
  private final String statement;
  private final String needs;

  SuiteVariant(String title, String members, String parameter, String statement, String needs) {
    this.title = title;
    this.members = members;
    this.parameter = parameter;
    this.statement = statement;
    this.needs = needs;
  }

  String title() {
    return title;
  }

  /** Returns whether a port that it finds may be somebody else's by the time the server starts. */
  boolean letsGo() {
    return compareTo(FREEPORT) > 0;
  }

  /** Returns whether an entry of our class path belongs on that of the suite. */
  boolean needs(String entry) {
    return Suite.isOneOf(entry, needs.isEmpty() ? JUNIT : JUNIT + "|" + needs);
  }

  /** As {@link #needs}, for who has JUnit already. */
  boolean needsBesideJUnit(String entry) {
    return !needs.isEmpty() && Suite.isOneOf(entry, needs);
  }

  /** Returns the source of a test class. */
  String source(String packageName, String className, int tests) {
    StringBuilder source = new StringBuilder();
    source
        .append("package ")
        .append(packageName)
        .append(";\nimport org.junit.jupiter.api.Test;\nclass ")
        .append(className)
        .append(" {\n  ")
        .append(members)
        .append('\n');
    for (int i = 0; i < tests; i++) {
      source
          .append("  @Test void test")
          .append(i)
          .append('(')
          .append(parameter)
          .append(") throws Exception { ")
          .append(statement)
          .append(" }\n");
    }
    return source.append("}\n").toString();
  }
}
