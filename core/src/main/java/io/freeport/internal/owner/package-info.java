/**
 * Owners: which JVM a port or a container belongs to, whether it still lives, and the ledger in
 * which each JVM lists its ports. For the modules of this project only.
 *
 * <p>To read the code, start with {@link io.freeport.internal.owner.OwnerRegistry}; how an owner is
 * judged is in {@code OwnerEvidence}.
 */
@NullMarked
package io.freeport.internal.owner;

import org.jspecify.annotations.NullMarked;
