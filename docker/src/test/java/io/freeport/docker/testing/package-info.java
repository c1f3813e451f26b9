/** Engines, containers and logs for the tests of all modules that use Docker. */
@NullMarked
package io.freeport.docker.testing;

import org.jspecify.annotations.NullMarked;
