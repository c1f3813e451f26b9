/**
 * The launcher session: what happens before the first test, which settings count, what is kept
 * until the end, and the summary. Only FreePort's own modules use it.
 *
 * <p>Start with {@link io.freeport.junit5.internal.FreePortSessionListener}, then read {@link
 * io.freeport.junit5.internal.Session}.
 */
@NullMarked
package io.freeport.junit5.internal;

import org.jspecify.annotations.NullMarked;
