package io.freeport.internal.owner;

import java.io.IOException;

/** A file that another version of FreePort wrote. Its owner lives as long as it keeps the lock. */
final class OtherVersionException extends IOException {

  private static final long serialVersionUID = 1L;

  OtherVersionException(String message) {
    super(message);
  }
}
