package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.junit5.internal.Memo;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The ports of a test instance or class, as the annotation describes them. */
final class AnnotatedPorts implements PortSource {

  /**
   * A store also looks into the stores of the contexts around its own. This is how a test sees the
   * named ports of its class.
   */
  @Override
  public List<HeldPort> portsFor(InjectionPoint point, ExtensionContext context) {
    StoredPorts stored = stored(point, context, point.owner(context), point.key());
    requireNoneNearer(point, context, stored);
    requireSameAttributes(point, stored);
    return stored.ports();
  }

  /** Returns the ports that the owner's store, or one around it, has for the key, or holds them. */
  static StoredPorts stored(
      InjectionPoint point, ExtensionContext context, ExtensionContext owner, Object key) {
    return Memo.get(
        Contexts.store(owner),
        key,
        () -> {
          StoredPorts held = RunScope.of(context).hold(point, context, Contexts.nameOf(owner));
          PortUsages.add(owner, held.ports(), point);
          return held;
        });
  }

  @SuppressWarnings("ReferenceEquality") // it has to be this very entry
  private static void requireNoneNearer(
      InjectionPoint point, ExtensionContext context, StoredPorts stored) {
    Object nearest = Memo.find(Contexts.store(context), point.key());
    if (nearest instanceof StoredPorts nearer && nearer != stored) {
      throw point.error(
          "asks for \""
              + point.name()
              + "\" of the class, but "
              + nearer.point().description()
              + " already asked for one of the test. Say scope = CLASS there too.");
    }
  }

  /** Only the first point that uses a name has to describe the port. */
  static void requireSameAttributes(InjectionPoint point, StoredPorts stored) {
    FreePort first = stored.point().annotation();
    if (!point.annotation().equals(first)
        && !PortAttributes.isPlain(point.annotation())
        && !PortAttributes.areSame(point.annotation(), first)) {
      throw point.error(
          "asks for \""
              + point.name()
              + "\" in another way than "
              + stored.point().description()
              + ", which was there first. Say it only there, or say the same.");
    }
  }
}
