@NullMarked
package io.freeport.docker;

import org.jspecify.annotations.NullMarked;
