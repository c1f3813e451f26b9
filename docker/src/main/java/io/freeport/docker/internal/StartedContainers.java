package io.freeport.docker.internal;

/** What the engine says of what was started: one container, or all of a project. */
public interface StartedContainers {

  /** Returns whether a container runs: one that has ended already listens no more. */
  boolean isRunning();

  /** Returns whether a container publishes something on this port of the engine's host. */
  boolean publishes(int number);

  /** Returns what was started, at the beginning of a sentence. */
  String describe();

  /** Returns a question for a user whose containers do not publish a port. */
  String whyNotPublished();
}
