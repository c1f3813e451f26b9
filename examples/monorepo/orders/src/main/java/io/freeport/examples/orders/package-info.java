/** Two HTTP services that call each other. */
@NullMarked
package io.freeport.examples.orders;

import org.jspecify.annotations.NullMarked;
