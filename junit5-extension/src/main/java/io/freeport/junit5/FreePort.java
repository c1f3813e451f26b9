package io.freeport.junit5;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test a TCP port that nobody else can take: no other test, no other process, and no "any
 * port" of the kernel.
 *
 * <pre>{@code
 * @Test
 * void servesRequests(@FreePort int port) {
 *   server.start(port);
 *   ...
 * }
 * }</pre>
 *
 * <p>It may stand at parameters of constructors, test methods and lifecycle methods, and at static
 * and instance fields. Nothing else is to be registered.
 *
 * <h2>Types</h2>
 *
 * <ul>
 *   <li>{@code int} and {@code Integer}: the number of a port that is {@linkplain
 *       io.freeport.HeldPort#offer() offered} already, so that a server of the test or its child
 *       process can listen on it at once. It stays held beside the server until its scope ends, so
 *       the server may be restarted.
 *   <li>{@link io.freeport.HeldPort}: a port that nobody can use before the test offers it, or
 *       hands it over to a container.
 * </ul>
 *
 * <h2>Names and scope</h2>
 *
 * <p>Two ports of one name in one test instance are the same port; those of different test
 * instances are different. Without a name, each annotated parameter and field has a port of its
 * own.
 *
 * <p>A port lives as long as the context that asked for it first: that of the class for a static
 * field or a parameter of {@code @BeforeAll}, else that of the test instance. Contexts within see
 * it by its name: a port that {@code @BeforeAll} names {@code "db"} is the {@code "db"} of all
 * tests of the class.
 *
 * <h2>Cleanup</h2>
 *
 * <p>The port is released when its scope ends, after the {@code @AfterEach} or {@code @AfterAll}
 * methods.
 *
 * @since 0.1.0
 */
@Documented
@Target({ElementType.PARAMETER, ElementType.FIELD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(FreePortExtension.class)
public @interface FreePort {

  /**
   * Names the port.
   *
   * @return the name; empty for a port of its own
   */
  String value() default "";
}
