/**
 * What FreePort asks the operating system: about processes, sockets, kernel settings, and the
 * reason of a failure.
 *
 * <p>This is the only room that reads {@code /proc} and that knows the texts of system errors.
 * Other systems than Linux get defaults and second-best answers here, so the other rooms need not
 * ask where they run. All modules of FreePort may use it, users may not.
 *
 * <p>Start with {@link io.freeport.internal.os.SocketError} for errors, with {@link
 * io.freeport.internal.os.ProcFs} for {@code /proc}. Then read {@code io.freeport.internal.hold},
 * which binds the sockets.
 */
@NullMarked
package io.freeport.internal.os;

import org.jspecify.annotations.NullMarked;
