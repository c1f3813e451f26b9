package io.freeport.cli.terminal;

/**
 * How a command ends. The numbers are part of the command line's interface, and never change.
 *
 * @since 0.1.0
 */
public final class ExitStatus {

  /** Done, or what was asked is so. */
  public static final int OK = 0;

  /** The command could do its work, and the answer is no: a port is taken, a check has failed. */
  public static final int NO = 1;

  /** The command line is not understood, or an option or a file has a value that is none. */
  public static final int USAGE = 2;

  /** What was asked is not allowed, such as to end another user's process. */
  public static final int REFUSED = 3;

  /** The work could not be done: no engine, no free port, a failure of the system. */
  public static final int FAILED = 4;

  private ExitStatus() {}
}
