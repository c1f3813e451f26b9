package io.freeport.internal.owner;

import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.internal.settings.Settings;
import io.freeport.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Another JVM with a registry. It prints its owner, then does what it is told to line by line, and
 * prints "done" each time.
 */
final class OwnerChild implements AutoCloseable {

  private final ChildJvm jvm;
  private final Owner owner;

  private OwnerChild(ChildJvm jvm) throws IOException {
    this.jvm = jvm;
    this.owner = Owner.parse(jvm.readLine());
  }

  static OwnerChild start(Path directory) throws IOException {
    return new OwnerChild(
        ChildJvm.start(Map.of(), List.of("-Dfreeport.dir=" + directory), OwnerChild.class));
  }

  Owner owner() {
    return owner;
  }

  void tell(String command) throws IOException {
    jvm.send(command);
    if (!jvm.readLine().equals("done")) {
      throw new IOException("The child did not do \"" + command + "\"");
    }
  }

  void kill() throws InterruptedException {
    jvm.kill();
  }

  @Override
  public void close() {
    jvm.close();
  }

  public static void main(String[] args) throws IOException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    OwnerRegistry registry = OwnerRegistry.of(Settings.ofThisJvm());
    System.out.println(registry.self());
    List<LedgerEntry> entries = new ArrayList<>();
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "interrupt" -> Thread.currentThread().interrupt();
        case "enter" -> {
          for (int port = 1; port <= Integer.parseInt(words[1]); port++) {
            entries.add(registry.enter(port, Protocol.TCP_AND_UDP, "port-" + port, "OwnerChild"));
          }
        }
        case "state" -> entries.forEach(entry -> entry.state(PortState.valueOf(words[1])));
        case "remove" -> entries.forEach(LedgerEntry::remove);
        case "collect" -> collectChannels();
        default -> throw new IllegalArgumentException(line);
      }
      System.out.println("done");
    }
  }

  /** Collects garbage until files that nobody refers to are seen to be closed. */
  private static void collectChannels() throws IOException {
    for (int round = 0; round < 3; round++) {
      Path file = Files.createTempFile("freeport-collect", null);
      openAndForget(file);
      while (isOpen(file)) {
        System.gc();
      }
      Files.delete(file);
    }
  }

  private static void openAndForget(Path file) throws IOException {
    if (!FileChannel.open(file, StandardOpenOption.WRITE).isOpen() || !isOpen(file)) {
      throw new IOException(file + " is not open");
    }
  }

  private static boolean isOpen(Path file) throws IOException {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.isSymbolicLink(descriptor) && file.equals(Files.readSymbolicLink(descriptor))) {
          return true;
        }
      }
    }
    return false;
  }
}
