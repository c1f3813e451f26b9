/**
 * Interfaces between the modules of FreePort, and for those who write a module of their own. Tests
 * do not need them.
 *
 * <p>{@link io.freeport.spi.PortHandover} hands ports over to other kinds of consumers; {@link
 * io.freeport.spi.SharedPorts} is for ports that several JVMs hold. The others are implemented by a
 * module and found by {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.freeport.spi;

import org.jspecify.annotations.NullMarked;
