/**
 * The sockets that hold a port. Only modules of FreePort may use this package.
 *
 * <p>Read {@link io.freeport.internal.hold.Hold} first: it says which options of which socket
 * decide who can bind a port. {@link io.freeport.internal.search} binds holds, {@link
 * io.freeport.internal.handoff} opens and closes them.
 */
@NullMarked
package io.freeport.internal.hold;

import org.jspecify.annotations.NullMarked;
