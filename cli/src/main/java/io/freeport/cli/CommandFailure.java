package io.freeport.cli;

/** Ends a command with a message for the person in front of it, and an exit status. */
final class CommandFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int exitStatus;

  CommandFailure(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  /** Takes over the message of what has failed. */
  CommandFailure(int exitStatus, Throwable cause) {
    super(cause.getMessage(), cause);
    this.exitStatus = exitStatus;
  }

  int exitStatus() {
    return exitStatus;
  }
}
