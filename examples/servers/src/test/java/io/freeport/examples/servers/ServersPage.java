package io.freeport.examples.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The table of servers in {@code docs/servers.md}. */
final class ServersPage {

  private static final Path PAGE = Path.of("../../docs/servers.md");
  private static final String HEAD = "| server | ";

  private final List<String> before = new ArrayList<>();
  private final Map<String, String> rows = new LinkedHashMap<>();
  private final List<String> after = new ArrayList<>();

  private ServersPage() {}

  static ServersPage read() throws IOException {
    ServersPage page = new ServersPage();
    boolean isInTable = false;
    boolean isAfter = false;
    for (String line : Files.readAllLines(PAGE)) {
      isInTable |= line.startsWith(HEAD);
      isAfter |= isInTable && line.isEmpty();
      if (isAfter) {
        page.after.add(line);
      } else if (isInTable && !line.startsWith(HEAD) && !line.startsWith("|-")) {
        page.rows.put(nameIn(line), line);
      } else {
        page.before.add(line);
      }
    }
    return page;
  }

  private static String nameIn(String row) {
    return row.substring("| ".length(), row.indexOf(" | "));
  }

  /** Returns the names of the servers, in their order. */
  Set<String> names() {
    return rows.keySet();
  }

  /** Returns the row of a server; empty if there is none. */
  String row(Server server) {
    return rows.getOrDefault(server.name(), "");
  }

  /** Writes the page with other rows. */
  void write(List<String> others) throws IOException {
    List<String> lines = new ArrayList<>(before);
    lines.addAll(others);
    lines.addAll(after);
    Files.write(PAGE, lines);
  }
}
