package io.freeport.cli.terminal;

/** Ends a command with a message for the person in front of it, and an exit status. */
public final class CommandFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int exitStatus;

  public CommandFailure(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  /** Takes over the message of what has failed. */
  public CommandFailure(int exitStatus, Throwable cause) {
    super(cause.getMessage(), cause);
    this.exitStatus = exitStatus;
  }

  public int exitStatus() {
    return exitStatus;
  }
}
