/**
 * HTTP requests and JSON for this module. Internal: only {@code freeport-plan} uses it. Read on in
 * {@link io.freeport.plan.http.PortsClient}.
 */
@NullMarked
package io.freeport.plan.internal.http;

import org.jspecify.annotations.NullMarked;
