package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.junit5.internal.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The ports of {@link PortScope#SESSION}. If the session is unknown, because JUnit's listeners are
 * switched off, they are those of the run.
 */
final class SessionPorts implements PortSource {

  @Override
  public @Nullable List<HeldPort> portsFor(InjectionPoint point, ExtensionContext context) {
    if (!point.isOfSession()) {
      return null;
    }
    Session session = Session.ofThisJvm();
    StoredPorts stored =
        session.isOpen()
            ? session.get(
                point.key(),
                () -> RunScope.of(context).hold(point, context, "all tests of this JVM"))
            : AnnotatedPorts.stored(
                point, context, context.getRoot(), List.of(PortScope.SESSION, point.key()));
    AnnotatedPorts.requireSameAttributes(point, stored);
    return stored.ports();
  }
}
