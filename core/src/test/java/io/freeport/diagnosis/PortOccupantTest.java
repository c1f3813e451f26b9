package io.freeport.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.diagnosis.PortOccupant.Kind;
import io.freeport.diagnosis.PortOccupant.Use;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PortOccupantTest {

  /** In Kolkata it is 02:30 of the 22nd. */
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-21T21:00:00Z"), ZoneId.of("Asia/Kolkata"));

  @Test
  void aProcess() {
    assertThat(postgres("2026-11-21T20:32:59Z").describe(CLOCK))
        .isEqualTo("postgres (pid 812, user postgres) since 02:02, listening on 127.0.0.1:5432");
  }

  @Test
  void aProcessOfAnotherDay() {
    assertThat(postgres("2026-11-21T18:29:59Z").describe(CLOCK))
        .isEqualTo(
            "postgres (pid 812, user postgres) since 2026-11-21 23:59, listening on 127.0.0.1:5432");
  }

  @Test
  void aProcessOfWhichOnlyItsIdIsKnown() {
    assertThat(
            occupant(Kind.PROCESS, Use.BOUND, "", OptionalLong.of(812), "127.0.0.1:5432")
                .describe(CLOCK))
        .isEqualTo("a process (pid 812), bound to 127.0.0.1:5432");
  }

  @Test
  void aProcessThatCannotBeSeen() {
    assertThat(
            occupant(Kind.PROCESS, Use.UDP, "", OptionalLong.empty(), "0.0.0.0:53", "[::]:53")
                .describe(CLOCK))
        .isEqualTo(
            "a process that cannot be seen from here (it is another user's or of another pid namespace; root may see it),"
                + " bound to UDP 0.0.0.0:53 and [::]:53");
  }

  @Test
  void aNameThatATerminalWouldObey() {
    assertThat(
            occupant(
                    Kind.PROCESS,
                    Use.LISTENING,
                    "\u001b[2Jpg\n",
                    OptionalLong.of(812),
                    "127.0.0.1:5432")
                .describe(CLOCK))
        .isEqualTo("\\u001b[2Jpg\\n (pid 812), listening on 127.0.0.1:5432");
  }

  @Test
  void aContainer() {
    PortOccupant container =
        new PortOccupant(
            Kind.CONTAINER,
            Use.LISTENING,
            "shop-db",
            OptionalLong.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of("127.0.0.1:5432"),
            List.of("postgres:15", "3f2a1b0c9d8e"));
    assertThat(container.describe(CLOCK))
        .isEqualTo("container shop-db (postgres:15, 3f2a1b0c9d8e), listening on 127.0.0.1:5432");
  }

  @Test
  void aHold() {
    assertThat(occupant(Kind.FREEPORT, Use.BOUND, "java", OptionalLong.of(812)).describe(CLOCK))
        .isEqualTo("the FreePort hold of java (pid 812)");
  }

  private static PortOccupant postgres(String since) {
    return new PortOccupant(
        Kind.PROCESS,
        Use.LISTENING,
        "postgres",
        OptionalLong.of(812),
        Optional.of("postgres"),
        Optional.of(Instant.parse(since)),
        List.of("127.0.0.1:5432"),
        List.of());
  }

  private static PortOccupant occupant(
      Kind kind, Use use, String name, OptionalLong pid, String... addresses) {
    return new PortOccupant(
        kind, use, name, pid, Optional.empty(), Optional.empty(), List.of(addresses), List.of());
  }
}
