@NullMarked
package io.freeport.testcontainers.internal;

import org.jspecify.annotations.NullMarked;
