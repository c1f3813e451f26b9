package io.freeport.cli.terminal;

/** Ends a command with a message for its user and an exit status. */
public final class CommandFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int exitStatus;

  public CommandFailure(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  /** Uses the message of the cause. */
  public CommandFailure(int exitStatus, Throwable cause) {
    super(cause.getMessage(), cause);
    this.exitStatus = exitStatus;
  }

  public int exitStatus() {
    return exitStatus;
  }
}
