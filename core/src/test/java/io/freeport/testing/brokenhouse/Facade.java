package io.freeport.testing.brokenhouse;

import io.freeport.testing.brokenhouse.internal.left.Left;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Shows internal types, names JUnit, and knows a helper that knows it. */
@Tag("broken")
public final class Facade extends Left {

  public final Left field = new Left();

  private final Helper helper = new Helper();

  public List<Left> generic() {
    return List.of(helper.left());
  }

  public void parameter(Left left) {
    System.out.println(left);
  }

  /** Hides its internal type, so no rule reports it. */
  Left hidden() {
    return field;
  }
}
