package io.freeport.internal.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WellKnownPortsTest {

  @Test
  void areTheOnesThatAreDocumented() throws IOException {
    String page = Files.readString(Path.of("../docs/ports.md"));
    String section =
        page.substring(page.indexOf("<!-- well-known -->"), page.indexOf("<!-- end -->"));
    List<Integer> documented =
        Pattern.compile("\\d+")
            .matcher(section)
            .results()
            .map(result -> Integer.parseInt(result.group()))
            .toList();

    assertThat(IntStream.rangeClosed(1, 65535).filter(WellKnownPorts::contains).boxed())
        .containsExactlyElementsOf(documented);
  }
}
