package io.freeport.junit5;

import io.freeport.HandoffMode;
import io.freeport.Protocol;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test a port that is its own: no other test gets it, no other process that looks for a
 * free one, and no "any port" of the kernel.
 *
 * <pre>{@code
 * @Test
 * void servesRequests(@FreePort int port) {
 *   server.start(port);
 *   ...
 * }
 * }</pre>
 *
 * <p>It may stand at parameters of constructors (those of records too), test methods and lifecycle
 * methods, at static and instance fields, private ones too, and at an annotation of your own, which
 * then stands for it. Nothing else is to be registered.
 *
 * <h2>Types</h2>
 *
 * <ul>
 *   <li>{@code int}, {@code Integer}, {@link java.net.InetSocketAddress}, {@link java.net.URI}, and
 *       for several ports {@code int[]} and {@code List<Integer>}: numbers that are {@linkplain
 *       io.freeport.HeldPort#offer() offered} already, so that a server of the test or its child
 *       process can listen on them at once. Where ports can be shared they stay held beside the
 *       server until their scope ends, so the server may be restarted; UDP ports are let go of.
 *       Addresses are those of the loopback interface, unless there is an {@link #address()}.
 *   <li>{@link io.freeport.HeldPort}, and for several ports {@code List<HeldPort>} and {@link
 *       io.freeport.PortBlock}: ports that nobody can use before the test offers them, or hands
 *       them over to a container.
 *   <li>{@code PortAssignments} of {@code freeport-plan}, if that is on the class path: the ports
 *       of all services of the plan.
 *   <li>Any type for which a {@link FreePortExtension} has a converter.
 * </ul>
 *
 * <h2>Names and scope</h2>
 *
 * <p>Two ports of one name in one test instance are the same port; those of different test
 * instances are different. Without a name, each annotated parameter and field has a port of its
 * own.
 *
 * <p>A port belongs to the {@linkplain PortScope scope} that asked for it first. Scopes within see
 * it by its name: a port that {@code @BeforeAll} names {@code "db"} is the {@code "db"} of all
 * tests of the class, and of the classes nested in it. What the port is like is said where it is
 * asked for first; other places need only its name.
 *
 * <p>If {@code freeport-plan} is on the class path and the plan has a service of that name, the
 * port is the one of the service.
 *
 * <h2>Fixed ports</h2>
 *
 * <p>Tests that insist on the same number ({@link #strict()}), or whose {@link #range()} is used up
 * by other tests, wait for each other. They are served in the order in which they began to wait, in
 * all threads and forks, and wait for at most {@code freeport.queue.timeout}. {@link
 * FixedPortLocks} has JUnit schedule tests that insist on a number instead.
 *
 * <h2>Cleanup</h2>
 *
 * <p>The port is released when its scope ends, after the {@code @AfterEach} or {@code @AfterAll}
 * methods. If somebody then still listens on it, it is treated as {@code freeport.leaks} says.
 *
 * @since 0.1.0
 */
@Documented
@Target({ElementType.PARAMETER, ElementType.FIELD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith({FreePortInjection.class, ConflictExplanation.class})
public @interface FreePort {

  /**
   * Names the port.
   *
   * @return the name; empty for a port of its own
   */
  String value() default "";

  /**
   * Says how long the port lives.
   *
   * @return the scope
   */
  PortScope scope() default PortScope.TEST_INSTANCE;

  /**
   * Names ports that are tried first.
   *
   * @return in the order of preference, each from 1 to 65535
   */
  int[] preferred() default {};

  /**
   * Names ports that are tried when no preferred one can be had.
   *
   * @return in the order of preference, each from 1 to 65535
   */
  int[] fallback() default {};

  /**
   * Names ranges, from which ports are taken in random order when the lists are exhausted. Of a
   * range of several ports, those are left out that browsers refuse.
   *
   * @return each as {@code "8000-8099"}
   */
  String[] range() default {};

  /**
   * Names ports that must not be returned.
   *
   * @return each as {@code "8080"} or {@code "8000-8099"}
   */
  String[] exclude() default {};

  /**
   * Says how far from a preferred port others are tried, nearest first, where there are no ranges.
   *
   * @return the distance, 0 to try none; -1 for that of {@link io.freeport.PortRequest}
   */
  int near() default -1;

  /**
   * Says how many ports are wanted, at places that can have several.
   *
   * @return at least 1
   */
  int count() default 1;

  /**
   * Asks for ports that follow each other without a gap; a {@link io.freeport.PortBlock} always
   * does.
   *
   * @return whether they are to be one block
   */
  boolean contiguous() default false;

  /**
   * Asks for a number, or a first number of a block, that can be divided by another one.
   *
   * @return the divisor, at least 1
   */
  int alignedTo() default 1;

  /**
   * Says what the port is used for.
   *
   * @return the protocol
   */
  Protocol protocol() default Protocol.TCP;

  /**
   * Says on which address the port is held.
   *
   * @return a numeric address of this machine, such as {@code "127.0.0.1"}; empty for all of them
   */
  String address() default "";

  /**
   * Asks for a preferred port or none.
   *
   * @return whether to fail if no preferred port can be had
   */
  boolean strict() default false;

  /**
   * Asks for a hold that stays beside the consumer, so that the consumer can be stopped and started
   * again while nobody else gets the port.
   *
   * @return whether the hold stays after {@link io.freeport.HeldPort#confirm()}
   */
  boolean keep() default false;

  /**
   * Asks for further ports at fixed distances from each port, all or none. Redis in a cluster uses
   * the port 10000 above its own, for example. They are held, offered and released with the port.
   *
   * @return what is to be added to the number; may be negative, but not 0
   */
  int[] alsoAt() default {};

  /**
   * Says how the port is handed over to a server that cannot listen beside its hold: {@code handoff
   * = HandoffMode.CLOSE_THEN_BIND} for one that does not set {@code SO_REUSEADDR}, {@code
   * REUSE_PORT} for one that sets {@code SO_REUSEPORT} alone.
   *
   * @return one mode; empty for what the machine can do
   */
  HandoffMode[] handoff() default {};

  /**
   * Says how a {@link java.net.URI} starts.
   *
   * @return the scheme, without a colon
   */
  String scheme() default "http";
}
