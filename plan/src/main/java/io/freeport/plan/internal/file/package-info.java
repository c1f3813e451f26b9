/**
 * Reads {@code freeport.yaml}: finds the files, merges them, applies the environment and overrides,
 * and checks the result. Internal: only {@code freeport-plan} and {@code freeport-cli} use it.
 * Start at {@link io.freeport.plan.internal.file.PlanLoader}.
 */
@NullMarked
package io.freeport.plan.internal.file;

import org.jspecify.annotations.NullMarked;
