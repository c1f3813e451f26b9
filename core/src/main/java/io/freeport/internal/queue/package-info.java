/**
 * Who is next when ports are waited for. Only modules of FreePort may use this package.
 *
 * <p>A {@link io.freeport.internal.queue.PortQueue} orders the attempts of those who wait, by what
 * each of them {@linkplain io.freeport.internal.queue.Wish wishes} for. It grants no port: the
 * kernel alone does.
 */
@NullMarked
package io.freeport.internal.queue;

import org.jspecify.annotations.NullMarked;
