/**
 * Names the services of a project once, in {@code freeport.yaml}, and assigns held ports to them.
 *
 * <p>Most users need only {@link io.freeport.plan.PortPlan} and {@link
 * io.freeport.plan.PortAssignments}. For other processes and front ends under test see {@link
 * io.freeport.plan.http}, for health checks {@link io.freeport.plan.health}. To read the code,
 * start at {@link io.freeport.plan.PortPlan#load}, then see {@link io.freeport.plan.internal.file}
 * for the files and {@code Assigner} for the assignments.
 */
@NullMarked
package io.freeport.plan;

import org.jspecify.annotations.NullMarked;
