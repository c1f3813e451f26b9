package io.freeport.cli;

/** Says its port, waits for a line, and only then is a server. */
final class Gate {

  private Gate() {}

  /**
   * Serves when it is told to.
   *
   * @param args the port
   */
  public static void main(String[] args) throws Exception {
    System.out.println(args[0]);
    int read;
    do {
      read = System.in.read();
    } while (read >= 0 && read != '\n');
    if (read == '\n') {
      TestServer.main(new String[] {"http", args[0]});
    }
  }
}
