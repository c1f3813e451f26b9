@NullMarked
package io.freeport.internal.search;

import org.jspecify.annotations.NullMarked;
