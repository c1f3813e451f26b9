/**
 * The configuration: the keys, the sources of their values, and how the values are read. For the
 * modules of this project only.
 *
 * <p>To read the code, start with {@link io.freeport.internal.settings.Settings}; the keys are in
 * {@link io.freeport.internal.settings.SettingKeys}.
 */
@NullMarked
package io.freeport.internal.settings;

import org.jspecify.annotations.NullMarked;
