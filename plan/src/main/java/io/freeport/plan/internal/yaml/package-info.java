/**
 * Parses YAML and JSON from outside within limits. Internal: only {@code freeport-plan} and {@code
 * freeport-cli} use it. Start at {@link io.freeport.plan.internal.yaml.Yaml}.
 */
@NullMarked
package io.freeport.plan.internal.yaml;

import org.jspecify.annotations.NullMarked;
