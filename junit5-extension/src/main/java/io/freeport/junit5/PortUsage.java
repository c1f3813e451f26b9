package io.freeport.junit5;

import io.freeport.HeldPort;

/**
 * A port in use.
 *
 * @param port the port
 * @param point a point that asked for it
 */
record PortUsage(HeldPort port, InjectionPoint point) {}
