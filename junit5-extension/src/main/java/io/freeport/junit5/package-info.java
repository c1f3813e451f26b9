/**
 * Ports for JUnit tests. Most users need only {@link io.freeport.junit5.FreePort}; what annotations
 * cannot say, {@link io.freeport.junit5.FreePortExtension} can.
 */
@NullMarked
package io.freeport.junit5;

import org.jspecify.annotations.NullMarked;
