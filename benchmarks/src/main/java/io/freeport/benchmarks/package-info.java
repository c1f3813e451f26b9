/** FreePort beside what else gives a free port. {@link io.freeport.benchmarks.Main} runs it all. */
@NullMarked
package io.freeport.benchmarks;

import org.jspecify.annotations.NullMarked;
