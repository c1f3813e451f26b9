/**
 * Finds out who has a port, for messages and for tools.
 *
 * <p>This package is public API. {@link io.freeport.diagnosis.PortDiagnosis} is its entry, {@link
 * io.freeport.diagnosis.PortOccupant} its answer. Modules add sources with {@link
 * io.freeport.diagnosis.PortOccupantFinder}; {@code freeport-docker} finds containers so.
 *
 * <p>Ports are bound by {@code io.freeport.internal.hold}, the system's lists are read by {@code
 * io.freeport.internal.os}.
 */
@NullMarked
package io.freeport.diagnosis;

import org.jspecify.annotations.NullMarked;
