/**
 * The command {@code kill}: ends the process or stops the container that has a port. Used by {@link
 * io.freeport.cli.Main} only. Start with {@link io.freeport.cli.kill.KillCommand}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.cli.kill;

import org.jspecify.annotations.NullMarked;
