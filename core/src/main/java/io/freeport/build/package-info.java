@NullMarked
package io.freeport.build;

import org.jspecify.annotations.NullMarked;
