/**
 * Held ports for containers of Testcontainers.
 *
 * <p>Most users need only {@link io.freeport.testcontainers.ContainerPorts}; with Docker Compose,
 * {@link io.freeport.testcontainers.ComposeLauncher}. The reaper needs no call: it runs before the
 * first test of a JVM, see {@link io.freeport.docker.reaper}.
 *
 * <p>To read the code, start at {@code StartInterceptor}, which runs in place of a container's
 * create and start commands, and go on with {@code EnginePorts} in the module {@code
 * freeport-docker}.
 */
@NullMarked
package io.freeport.testcontainers;

import org.jspecify.annotations.NullMarked;
