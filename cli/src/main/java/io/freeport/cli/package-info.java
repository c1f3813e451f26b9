/**
 * The command line of FreePort. Nothing in here is meant to be called from Java: its interface are
 * the commands, their options, what they print as JSON and their {@linkplain
 * io.freeport.cli.terminal.ExitStatus exit statuses}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.cli;

import org.jspecify.annotations.NullMarked;
