/**
 * Ports for JUnit tests. Most users need only {@link io.freeport.junit5.FreePort}; {@link
 * io.freeport.junit5.FreePortExtension} is for what annotations cannot say.
 *
 * <p>To read the code, start with {@code FreePortInjection}: it asks one {@code PortSource} after
 * the other. What belongs to the launcher session is in {@code io.freeport.junit5.internal}.
 */
@NullMarked
package io.freeport.junit5;

import org.jspecify.annotations.NullMarked;
