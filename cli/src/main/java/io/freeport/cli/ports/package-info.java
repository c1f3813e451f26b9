/**
 * Commands that look at ports and their owners: {@code who}, {@code check}, {@code find}, {@code
 * ls} and {@code reap}. Used by {@link io.freeport.cli.Main}, for occupants by {@code kill}, and
 * for hints by {@code doctor}. Start with {@link io.freeport.cli.ports.WhoCommand}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.cli.ports;

import org.jspecify.annotations.NullMarked;
