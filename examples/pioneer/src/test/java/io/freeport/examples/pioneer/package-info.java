/** FreePort with JUnit Pioneer. */
@NullMarked
package io.freeport.examples.pioneer;

import org.jspecify.annotations.NullMarked;
