/** What the tests of several modules need: other JVMs, and rules for the structure. */
@NullMarked
package io.freeport.testing;

import org.jspecify.annotations.NullMarked;
