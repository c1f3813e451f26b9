@NullMarked
package io.freeport.internal.handoff;

import org.jspecify.annotations.NullMarked;
