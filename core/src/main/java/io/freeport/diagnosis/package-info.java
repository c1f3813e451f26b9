@NullMarked
package io.freeport.diagnosis;

import org.jspecify.annotations.NullMarked;
