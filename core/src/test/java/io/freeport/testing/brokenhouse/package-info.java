/** Code that breaks the architecture's rules: what {@code ArchitectureControlTest} looks at. */
@NullMarked
package io.freeport.testing.brokenhouse;

import org.jspecify.annotations.NullMarked;
