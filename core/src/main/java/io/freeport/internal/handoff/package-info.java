/**
 * The life of a port from its hold to its release, and the retry after a conflict. Only modules of
 * FreePort may use this package.
 *
 * <p>Read {@link io.freeport.internal.handoff.PortLife} first: it is the state machine behind
 * {@link io.freeport.HeldPort}, with the table of transitions. Then {@link
 * io.freeport.internal.handoff.PortExchange} and {@link
 * io.freeport.internal.handoff.ConflictRetry}.
 */
@NullMarked
package io.freeport.internal.handoff;

import org.jspecify.annotations.NullMarked;
