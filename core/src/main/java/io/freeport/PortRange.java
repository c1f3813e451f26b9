package io.freeport;

/** The ports from {@code first} to {@code last}, both included. */
record PortRange(int first, int last) {

  static final int HIGHEST_PORT = 65535;

  PortRange {
    if (first < 1 || last > HIGHEST_PORT || first > last) {
      throw new IllegalArgumentException(
          "Not a range of ports: "
              + first
              + "-"
              + last
              + ". Expected 1 <= first <= last <= "
              + HIGHEST_PORT);
    }
  }

  boolean contains(int port) {
    return first <= port && port <= last;
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
