/**
 * Containers on held ports, for users of docker-java.
 *
 * <p>{@link io.freeport.docker.ContainerLauncher} starts a container for one test, {@link
 * io.freeport.docker.BuildContainer} one for all modules of a build. The package {@link
 * io.freeport.docker.reaper} removes what dead test runs left behind. Users of Testcontainers start
 * with the module {@code freeport-testcontainers} instead.
 *
 * <p>To read the code, start at {@code ContainerLauncher.start}, and go on with {@code
 * ContainerStarter} and {@code EnginePorts} in the internal package.
 */
@NullMarked
package io.freeport.docker;

import org.jspecify.annotations.NullMarked;
