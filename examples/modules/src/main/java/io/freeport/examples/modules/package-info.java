/** FreePort on the module path. */
@NullMarked
package io.freeport.examples.modules;

import org.jspecify.annotations.NullMarked;
