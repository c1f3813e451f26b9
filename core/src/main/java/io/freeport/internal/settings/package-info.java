@NullMarked
package io.freeport.internal.settings;

import org.jspecify.annotations.NullMarked;
