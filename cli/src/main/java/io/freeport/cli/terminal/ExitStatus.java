package io.freeport.cli.terminal;

/**
 * The exit statuses of commands. They are part of the public interface and never change.
 *
 * @since 0.1.0
 */
public final class ExitStatus {

  /** Done, or the answer is yes. */
  public static final int OK = 0;

  /** The command did its work and the answer is no: a port is taken, a check has failed. */
  public static final int NO = 1;

  /** The command line, an option or a file is invalid. */
  public static final int USAGE = 2;

  /** The request is not allowed, for example ending another user's process. */
  public static final int REFUSED = 3;

  /** The work could not be done: no engine, no free port, a failure of the system. */
  public static final int FAILED = 4;

  private ExitStatus() {}
}
