/**
 * How FreePort talks to a Docker engine: finds it, calls it within a time limit, hands ports over
 * to it, and labels what it starts. For FreePort's modules only.
 *
 * <p>{@code DockerContext} puts configuration, owners and engine together. A container's start is
 * in {@code ContainerStarter} and {@code EnginePorts}; {@code EngineStrategy} decides how ports
 * pass.
 */
@NullMarked
package io.freeport.docker.internal;

import org.jspecify.annotations.NullMarked;
