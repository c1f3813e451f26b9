@NullMarked
package io.freeport.internal.owner;

import org.jspecify.annotations.NullMarked;
