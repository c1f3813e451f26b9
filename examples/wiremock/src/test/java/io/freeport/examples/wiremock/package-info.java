/** FreePort with WireMock. */
@NullMarked
package io.freeport.examples.wiremock;

import org.jspecify.annotations.NullMarked;
