/**
 * What every command of the command line shares: exit statuses and failures, tables, JSON,
 * questions to a person, and converters of option values. All other rooms of the command line may
 * use it; it uses none of them. Start with {@link io.freeport.cli.terminal.CommandFailure}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.cli.terminal;

import org.jspecify.annotations.NullMarked;
