/** FreePort with real servers. */
@NullMarked
package io.freeport.examples.servers;

import org.jspecify.annotations.NullMarked;
