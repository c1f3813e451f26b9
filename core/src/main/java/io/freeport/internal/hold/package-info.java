@NullMarked
package io.freeport.internal.hold;

import org.jspecify.annotations.NullMarked;
