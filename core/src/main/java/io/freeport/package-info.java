/**
 * Ports that nobody else can take, from the moment their number is known until their consumer has
 * bound them.
 *
 * <p>Most users need only {@link io.freeport.PortAllocator}, which hands out ports, and {@link
 * io.freeport.HeldPort}, one such port on its way through request, hold, handoff and release.
 * {@link io.freeport.internal.owner.Owner} and {@link io.freeport.internal.owner.OwnerRegistry}
 * tell whether the JVM that left something behind still lives, and {@link
 * io.freeport.internal.owner.OwnerRecord} what a living one holds. {@link
 * io.freeport.diagnosis.PortDiagnosis} tells who has a port that cannot be had.
 */
@NullMarked
package io.freeport;

import org.jspecify.annotations.NullMarked;
