/**
 * Held ports for Docker containers, and a reaper for what dead test runs left behind.
 *
 * <p>With Testcontainers, users need only {@link io.freeport.testcontainers.ContainerPorts}; with
 * plain docker-java, {@link io.freeport.docker.ContainerLauncher}; with Docker Compose, {@link
 * io.freeport.testcontainers.ComposeLauncher}. The reaper needs no call: it runs before the first
 * test of a JVM. {@link io.freeport.docker.reaper.Reaper} has it run at another time.
 */
@NullMarked
package io.freeport.testcontainers;

import org.jspecify.annotations.NullMarked;
