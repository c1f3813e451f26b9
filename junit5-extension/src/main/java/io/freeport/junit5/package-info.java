/** Ports for JUnit tests. Users need only {@link io.freeport.junit5.FreePort}. */
@NullMarked
package io.freeport.junit5;

import org.jspecify.annotations.NullMarked;
