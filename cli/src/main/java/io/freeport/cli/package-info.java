/**
 * The command line of FreePort. {@link io.freeport.cli.Main} creates all commands and passes them
 * what they need; each family of commands has a package below this one.
 *
 * <p>Do not call it from Java: its interface is the commands, their options, their JSON and their
 * {@linkplain io.freeport.cli.terminal.ExitStatus exit statuses}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.cli;

import org.jspecify.annotations.NullMarked;
