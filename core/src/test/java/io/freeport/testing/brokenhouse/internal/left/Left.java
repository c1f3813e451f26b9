package io.freeport.testing.brokenhouse.internal.left;

import io.freeport.testing.brokenhouse.internal.right.Right;

/** In a package with a package-info of none, and in a cycle of packages. */
public class Left {

  public Right right() {
    return new Right();
  }
}
