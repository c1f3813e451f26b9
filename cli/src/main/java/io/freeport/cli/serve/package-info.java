/**
 * The command {@code serve}: the ports of a plan over HTTP. Used by {@link io.freeport.cli.Main}
 * only. Start with {@link io.freeport.cli.serve.ServeCommand}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.cli.serve;

import org.jspecify.annotations.NullMarked;
