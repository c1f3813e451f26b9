@NullMarked
package io.freeport.spi;

import org.jspecify.annotations.NullMarked;
