package io.freeport.internal.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortRange;
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
    assertThat(IntStream.rangeClosed(1, 65535).filter(WellKnownPorts::contains).boxed())
        .containsExactlyElementsOf(documented("well-known"));
  }

  @Test
  void blockedPortsAreTheOnesThatAreDocumented() throws IOException {
    assertThat(IntStream.rangeClosed(0, 65535).filter(WellKnownPorts::isBlockedByBrowsers).boxed())
        .containsExactlyElementsOf(documented("blocked-by-browsers"))
        .hasSize(82);
  }

  @Test
  void aRequestGetsNoneOfThemWithoutNamingIt() {
    KernelPorts kernel = new KernelPorts(new PortRange(40000, 50000), List.of());
    assertThat(IntStream.of(6000, 10080, 6379).filter(kernel::leavesOpen)).isEmpty();
    assertThat(kernel.openWithin(1, 65535).stream())
        .contains(6001, 10081)
        .doesNotContain(6000, 10080, 6379);
  }

  private static List<Integer> documented(String list) throws IOException {
    String page = Files.readString(Path.of("../docs/ports.md"));
    int start = page.indexOf("<!-- " + list + " -->");
    String section = page.substring(start, page.indexOf("<!-- end -->", start));
    return Pattern.compile("\\d+")
        .matcher(section)
        .results()
        .map(result -> Integer.parseInt(result.group()))
        .toList();
  }
}
