/**
 * The command {@code run}: another program on held ports. Used by {@link io.freeport.cli.Main} and,
 * for signals, by {@code serve}. Start with {@link io.freeport.cli.run.RunCommand}, then read
 * {@code CommandStart}, which starts the program and starts it again after a port conflict.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.cli.run;

import org.jspecify.annotations.NullMarked;
