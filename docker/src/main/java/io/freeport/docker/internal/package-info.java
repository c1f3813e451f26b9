@NullMarked
package io.freeport.docker.internal;

import org.jspecify.annotations.NullMarked;
