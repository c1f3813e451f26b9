/**
 * Names the services of a project once, and knows their ports.
 *
 * <p>Most users need only {@link io.freeport.plan.PortPlan} and {@link
 * io.freeport.plan.PortAssignments}; for processes and front-ends under test there are {@link
 * io.freeport.plan.http.PortsServer} and {@link io.freeport.plan.http.PortsClient}.
 */
@NullMarked
package io.freeport.plan;

import org.jspecify.annotations.NullMarked;
