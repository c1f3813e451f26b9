/**
 * Ports that nobody else can take, from the moment their number is known until their consumer has
 * bound them.
 *
 * <p>Most users need only {@link io.freeport.PortAllocator}, which hands out ports, and {@link
 * io.freeport.HeldPort}, one such port on its way through request, hold, handoff and release.
 * {@link io.freeport.diagnosis.PortDiagnosis} tells who has a port that cannot be had.
 *
 * <p>The life of a port in the code: {@link io.freeport.PortRequest}, {@link
 * io.freeport.PortAllocator}, {@link io.freeport.internal.search.PortSearch}, {@link
 * io.freeport.internal.hold.Hold}, {@link io.freeport.HeldPort}, {@link
 * io.freeport.internal.handoff.PortLife}.
 */
@NullMarked
package io.freeport;

import org.jspecify.annotations.NullMarked;
