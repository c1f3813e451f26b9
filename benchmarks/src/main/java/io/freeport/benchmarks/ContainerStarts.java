package io.freeport.benchmarks;

import java.io.IOException;

/** Starts a container for each line that it gets, and prints how many milliseconds that took. */
final class ContainerStarts {

  private ContainerStarts() {}

  public static void main(String[] args) throws IOException {
    for (int next = System.in.read(); next >= 0; next = System.in.read()) {
      System.out.println(ContainerPart.start(ContainerPart.HELD));
    }
  }
}
