/**
 * The search for the ports of a request. Only modules of FreePort may use this package.
 *
 * <p>Read {@link io.freeport.internal.search.PortSearch} first: it goes through the tiers of a
 * request, and through a {@link io.freeport.internal.search.PortSequence} of numbers in each, until
 * it has {@link io.freeport.internal.search.FoundPort found} enough. What happens to a found port
 * is in {@link io.freeport.internal.handoff}.
 */
@NullMarked
package io.freeport.internal.search;

import org.jspecify.annotations.NullMarked;
