package io.freeport.cli.terminal;

import io.freeport.internal.text.PrintableText;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Lines whose columns are as wide as their widest cell. */
public final class Table {

  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  /** All rows have the same number of cells. Their text may come from anywhere. */
  public Table row(String... cells) {
    rows.add(Stream.of(cells).map(PrintableText::line).toList());
    return this;
  }

  public List<String> lines() {
    if (rows.isEmpty()) {
      return List.of();
    }
    int[] widths =
        IntStream.range(0, rows.get(0).size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = row.get(column);
      line.append(cell).append(" ".repeat(widths[column] - cell.length())).append(GAP);
    }
    return line.toString().stripTrailing();
  }
}
