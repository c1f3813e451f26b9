/**
 * The ports of a plan over HTTP, for other processes and for front ends under test.
 *
 * <p>{@link io.freeport.plan.http.PortsServer} serves them and {@link
 * io.freeport.plan.http.PortsClient} finds them. Read on in {@link
 * io.freeport.plan.PortAssignments}.
 */
@NullMarked
package io.freeport.plan.http;

import org.jspecify.annotations.NullMarked;
