package io.freeport.internal.handoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freeport.PortUnavailableException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConflictRetryTest {

  /** Fails on each number below the first free one. */
  private static class Server implements ConflictRetry.Attempt<String, BindException> {

    final List<Integer> tried = new ArrayList<>();
    private final int firstFree;
    private int number = 1;

    Server(int firstFree) {
      this.firstFree = firstFree;
    }

    @Override
    public String start() throws BindException {
      tried.add(number);
      if (number < firstFree) {
        throw new BindException("address already in use: " + number);
      }
      return "on " + number;
    }

    @Override
    public boolean isConflict(Exception failure) {
      return failure instanceof BindException;
    }

    @Override
    public void changeNumbers(Exception conflict) {
      number++;
    }
  }

  @Test
  void startsAgainOnOtherNumbers() throws BindException {
    Server server = new Server(3);
    assertThat(ConflictRetry.run(5, server)).isEqualTo("on 3");
    assertThat(server.tried).containsExactly(1, 2, 3);
  }

  @Test
  void failsWithTheLastConflictWhenTheRetriesAreExhausted() {
    Server server = new Server(9);
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> ConflictRetry.run(2, server))
        .withMessage("address already in use: 3");
    assertThat(server.tried).containsExactly(1, 2, 3);
  }

  @Test
  void startsOnceWithoutRetries() {
    Server server = new Server(2);
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> ConflictRetry.run(0, server))
        .withMessage("address already in use: 1");
    assertThat(server.tried).containsExactly(1);
  }

  @Test
  void doesNotRetryAfterAnotherFailure() {
    Server server =
        new Server(2) {
          @Override
          public String start() {
            tried.add(0);
            throw new IllegalArgumentException("bad configuration");
          }
        };
    assertThatIllegalArgumentException().isThrownBy(() -> ConflictRetry.run(5, server));
    assertThat(server.tried).hasSize(1);
  }

  @Test
  void failsWithTheConflictWhenThereIsNoOtherNumber() {
    PortUnavailableException none = new PortUnavailableException("none", List.of());
    Server server =
        new Server(2) {
          @Override
          public void changeNumbers(Exception conflict) {
            throw none;
          }
        };
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> ConflictRetry.run(5, server))
        .satisfies(conflict -> assertThat(conflict.getSuppressed()).containsExactly(none));
    assertThat(server.tried).hasSize(1);
  }

  @Test
  void failsWithTheConflictWhenThePortIsReleased() {
    IllegalStateException released = new IllegalStateException("released");
    Server server =
        new Server(2) {
          @Override
          public void changeNumbers(Exception conflict) {
            throw released;
          }
        };
    assertThatExceptionOfType(BindException.class)
        .isThrownBy(() -> ConflictRetry.run(5, server))
        .satisfies(conflict -> assertThat(conflict.getSuppressed()).containsExactly(released));
  }
}
