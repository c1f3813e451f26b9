@NullMarked
package io.freeport.internal.os;

import org.jspecify.annotations.NullMarked;
