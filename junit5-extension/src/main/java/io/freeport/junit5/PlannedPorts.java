package io.freeport.junit5;

import io.freeport.spi.NamedPorts;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/**
 * Ports of names that a plan defines, if there is one on the class path. Each context has its own;
 * which of them a name is from is noted in the store under the name, where contexts within find it.
 *
 * @param ports what this entry owns
 */
@SuppressWarnings("deprecation") // CloseableResource, as in StoredOnce
record PlannedPorts(NamedPorts ports) implements Store.CloseableResource, AutoCloseable {

  /** Services do not come and go while a JVM runs. */
  private static final class OfServices {
    static final Optional<NamedPorts.Provider> PROVIDER =
        ServiceLoader.load(NamedPorts.Provider.class, NamedPorts.class.getClassLoader())
            .findFirst();
  }

  static boolean isAll(Type type) {
    return OfServices.PROVIDER.filter(provider -> provider.type() == type).isPresent();
  }

  /** Returns the ports of all names; every name then is of this context. */
  static NamedPorts all(ExtensionContext owner, String usedBy) {
    return StoredOnce.get(store(owner), NamedPorts.class, () -> noted(owner, usedBy)).ports();
  }

  private static Note noted(ExtensionContext owner, String usedBy) {
    NamedPorts ports = of(owner, OfServices.PROVIDER.orElseThrow(), usedBy);
    ports.holdAll();
    Note note = new Note(ports);
    ports.names().forEach(name -> store(owner).put(new Name(ports.source(name)), note));
    return note;
  }

  /** Returns the ports among which a name is; empty if no plan defines it. */
  static Optional<NamedPorts> defining(String name, ExtensionContext owner, String usedBy) {
    return OfServices.PROVIDER
        .map(provider -> of(owner, provider, usedBy))
        .filter(ports -> ports.names().contains(name))
        .map(
            ports ->
                store(owner)
                    .getOrComputeIfAbsent(
                        new Name(ports.source(name)), any -> new Note(ports), Note.class)
                    .ports());
  }

  /** The same for everybody until the session ends; empty if there is no plan. */
  static Optional<NamedPorts> ofSession() {
    return OfServices.PROVIDER.map(
        provider -> Session.ofThisJvm().planned(() -> provider.open("all tests of this JVM")));
  }

  /** Returns whether a context finds a name in other ports, which are nearer to it. */
  static boolean isElsewhere(String name, NamedPorts ports, ExtensionContext context) {
    Note nearest = store(context).get(new Name(ports.source(name)), Note.class);
    return nearest != null && nearest.ports() != ports;
  }

  /** Returns those of this very context, not of one around it. */
  private static NamedPorts of(
      ExtensionContext owner, NamedPorts.Provider provider, String usedBy) {
    return store(owner)
        .getOrComputeIfAbsent(
            new OfContext(owner.getUniqueId()),
            any -> new PlannedPorts(provider.open(usedBy)),
            PlannedPorts.class)
        .ports();
  }

  private static Store store(ExtensionContext owner) {
    return owner.getStore(StoredPorts.NAMESPACE);
  }

  @Override
  public void close() {
    ports.close();
  }

  private record OfContext(String id) {}

  private record Name(String name) {}

  /** Keeps the ports from the stores' sight, which would close them in contexts within. */
  private record Note(NamedPorts ports) {}
}
