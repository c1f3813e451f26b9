/**
 * The lease: a container at the engine by which reapers on other hosts see whether this JVM lives.
 */
@NullMarked
package io.freeport.docker.internal.lease;

import org.jspecify.annotations.NullMarked;
