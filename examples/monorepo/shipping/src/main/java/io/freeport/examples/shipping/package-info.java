/** A cluster whose nodes know each other from the start. */
@NullMarked
package io.freeport.examples.shipping;

import org.jspecify.annotations.NullMarked;
