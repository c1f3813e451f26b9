/**
 * The reaper, which removes containers, networks and volumes of dead test runs.
 *
 * <p>It runs by itself when the first test of a JVM begins. Use {@link
 * io.freeport.docker.reaper.Reaper} to run it at another time.
 *
 * <p>To read the code, follow one pass: {@code ReapPass} lists by {@code EngineListing}, decides by
 * {@code ReapPlanner}, and removes by {@code Removal}.
 */
@NullMarked
package io.freeport.docker.reaper;

import org.jspecify.annotations.NullMarked;
