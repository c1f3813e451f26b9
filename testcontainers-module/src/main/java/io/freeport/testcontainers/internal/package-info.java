/**
 * Services that Testcontainers and the module {@code freeport-docker} load: the owner's label, and
 * the engine that Testcontainers finds. Nobody calls them.
 */
@NullMarked
package io.freeport.testcontainers.internal;

import org.jspecify.annotations.NullMarked;
