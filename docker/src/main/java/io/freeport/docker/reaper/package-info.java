@NullMarked
package io.freeport.docker.reaper;

import org.jspecify.annotations.NullMarked;
