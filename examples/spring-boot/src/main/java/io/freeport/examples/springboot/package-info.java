/** An application that asks another service for something. */
@NullMarked
package io.freeport.examples.springboot;

import org.jspecify.annotations.NullMarked;
