/**
 * Text from outside in messages. All rooms and modules may use {@link
 * io.freeport.internal.text.PrintableText}; it uses none of them.
 *
 * @since 0.1.0
 */
@NullMarked
package io.freeport.internal.text;

import org.jspecify.annotations.NullMarked;
