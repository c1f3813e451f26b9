/**
 * What other FreePort modules find by {@link java.util.ServiceLoader}: the settings in {@code
 * freeport.yaml}, and the ports of its services for {@code @FreePort}. Internal: no other code
 * names these types. Read on in {@link io.freeport.plan.internal.file.PlanLoader}.
 */
@NullMarked
package io.freeport.plan.internal.provider;

import org.jspecify.annotations.NullMarked;
