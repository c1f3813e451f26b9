package io.freeport.junit5;

/**
 * How long a port lives, and who shares it by its name.
 *
 * @since 0.1.0
 */
public enum PortScope {

  /**
   * The test instance. Where there is none yet, at static fields and parameters of {@code
   * BeforeAll} methods, the class.
   */
  TEST_INSTANCE,

  /** The test class, and the nested classes within it. */
  CLASS,

  /**
   * The launcher session: all tests of this JVM. With Surefire, that is a fork. The port is kept
   * apart from those of the same name in other scopes.
   */
  SESSION
}
