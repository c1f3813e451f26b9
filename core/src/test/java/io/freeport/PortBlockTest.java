package io.freeport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PortBlockTest {

  private final PortAllocator allocator = PortAllocator.create();

  @AfterEach
  void release() {
    allocator.close();
  }

  @Test
  void aBlockHasEndsAndARange() {
    PortBlock block =
        PortBlock.of(allocator.holdAll(PortRequest.named("ftp").count(3).contiguous().build()));
    assertThat(block.last().number()).isEqualTo(block.first().number() + 2);
    assertThat(block.range())
        .isEqualTo(new PortRange(block.first().number(), block.last().number()));
    assertThat(block).hasSize(3).allMatch(port -> port.state() == PortState.HELD);
    block.offer();
    assertThat(block).allMatch(port -> port.state() == PortState.OFFERED);
  }

  @Test
  void portsWithAGapAreNoBlock() {
    List<HeldPort> three =
        allocator.holdAll(PortRequest.named("ftp").count(3).contiguous().build());
    int first = three.get(0).number();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortBlock.of(List.of(three.get(0), three.get(2))))
        .withMessage(
            "Not a block: ["
                + first
                + ", "
                + (first + 2)
                + "]. Ask for ports that are contiguous.");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortBlock.of(List.of()))
        .withMessage("A block has at least one port.");
  }

  @ParameterizedTest
  @CsvSource({"8000-8099, 8000, 8099", " 8000 - 8099 , 8000, 8099", "8000, 8000, 8000"})
  void rangesAsPeopleWriteThem(String text, int first, int last) {
    assertThat(PortRange.parse(text)).isEqualTo(new PortRange(first, last));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "8000-", "8000:8099", "web", "-1-5", "99999999999"})
  void textsThatAreNoRange(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRange.parse(text))
        .withMessage(
            "Not a range of ports: \""
                + text
                + "\". Expected two numbers such as 8000-8099, or one number.");
  }

  @Test
  void aRangeInTheWrongOrder() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PortRange.parse("9-8"))
        .withMessage("Not a range of ports: 9-8. Expected 1 <= first <= last <= 65535.");
  }
}
