package io.freeport.docker;

import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortRequest;
import io.freeport.build.BuildPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * What the forks of {@link BuildContainerTest}'s Maven run: two classes in each of three modules.
 */
abstract class OfABuild {

  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_WAIT = TimeUnit.MINUTES.toNanos(5);

  private final Path journal = Path.of(System.getProperty("journal"));
  private final String killed = System.getProperty("killed");
  private final String module = System.getProperty("module");

  @Test
  void usesTheDatabase() throws Exception {
    HeldPort port =
        BuildPorts.ofThisJvm()
            .hold(journal.toString(), PortAllocator.create(), PortRequest.named("db").build());
    write("port " + port.number());
    BuildContainer database =
        BuildContainer.of(journal.toString(), "postgres:15", 5432)
            .on(port)
            .with(create -> create.withEnv("POSTGRES_PASSWORD=secret"))
            .readyWhen(OfABuild::canConnect)
            .start();
    write("joined " + database.id());
    if (killed.equals("first") && isFirst()) {
      await("joined", 3);
      kill();
    }
    // Two modules run at a time; the third one begins when the first one has ended.
    if (!module.equals("one")) {
      await("joined", 6);
    }
    if (killed.equals("last") && module.equals("three") && this instanceof Two) {
      await("left", 5);
      kill();
    }
    try (Connection connection = connect(port.number())) {
      connection.createStatement().execute("insert into visits default values");
    }
    database.close();
    write("left " + database.id());
  }

  /** Only the JVM that starts the container asks, so only one makes the table. */
  private static boolean canConnect(int port) {
    try (Connection connection = connect(port)) {
      connection.createStatement().execute("create table visits (id serial)");
      return true;
    } catch (SQLException notYet) {
      return false;
    }
  }

  private static Connection connect(int port) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "secret");
  }

  private void write(String line) throws IOException {
    Files.writeString(
        journal,
        line + " " + ProcessHandle.current().pid() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private boolean isFirst() throws IOException {
    return lines("joined").get(0).endsWith(" " + ProcessHandle.current().pid());
  }

  private List<String> lines(String word) throws IOException {
    return Files.readAllLines(journal).stream().filter(line -> line.startsWith(word)).toList();
  }

  private void await(String word, int count) throws IOException {
    long start = System.nanoTime();
    while (lines(word).size() < count) {
      if (System.nanoTime() - start > LONGEST_WAIT) {
        throw new IllegalStateException("Not " + count + " have " + word + ": " + lines(""));
      }
      LockSupport.parkNanos(PAUSE);
    }
  }

  private static void kill() throws Exception {
    new ProcessBuilder("kill", "-9", Long.toString(ProcessHandle.current().pid()))
        .start()
        .waitFor();
  }

  static final class One extends OfABuild {}

  static final class Two extends OfABuild {}
}
