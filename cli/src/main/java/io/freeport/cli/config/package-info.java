/**
 * Commands that read, check and change {@code freeport.yaml}: {@code config} and {@code auto-fix}.
 * Used by {@link io.freeport.cli.Main} only. Start with {@code PlanOption}, which finds the files,
 * and {@code PlanDocument}, which changes one.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.cli.config;

import org.jspecify.annotations.NullMarked;
