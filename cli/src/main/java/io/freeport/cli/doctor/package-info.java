/**
 * The command {@code doctor} and its checks of the machine, the engine and the Maven module. Used
 * by {@link io.freeport.cli.Main} only. Start with {@link io.freeport.cli.doctor.DoctorCommand}.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.cli.doctor;

import org.jspecify.annotations.NullMarked;
