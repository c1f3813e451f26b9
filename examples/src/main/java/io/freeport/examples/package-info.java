/**
 * FreePort at work. {@link io.freeport.examples.Demo} can be run; the tests of this module show how
 * tests are written.
 */
@NullMarked
package io.freeport.examples;

import org.jspecify.annotations.NullMarked;
