/**
 * Ports and other things that all JVMs of one build share. For builds of several modules and forks;
 * most projects do not need it.
 *
 * <p>To read the code, start with {@link io.freeport.build.BuildPorts}, and then {@link
 * io.freeport.build.BuildShare}.
 */
@NullMarked
package io.freeport.build;

import org.jspecify.annotations.NullMarked;
