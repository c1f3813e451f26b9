package io.freeport.testing.brokenhouse.internal.right;

import io.freeport.HeldPort;
import io.freeport.testing.brokenhouse.internal.left.Left;
import java.util.List;

/** Knows the held port, and closes a cycle of packages. */
public final class Right {

  public int number(HeldPort port, List<Left> left) {
    return port.number() + left.size();
  }
}
