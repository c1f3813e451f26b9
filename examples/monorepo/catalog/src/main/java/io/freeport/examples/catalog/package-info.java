/** An HTTP service whose answers link to itself. */
@NullMarked
package io.freeport.examples.catalog;

import org.jspecify.annotations.NullMarked;
