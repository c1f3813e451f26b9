package io.freeport.junit5;

import io.freeport.HeldPort;
import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.diagnosis.PortDiagnosis;
import io.freeport.diagnosis.PortOccupant;
import io.freeport.internal.handoff.OwnHoldText;
import io.freeport.internal.handoff.PortConflict;
import java.lang.reflect.Constructor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Explains a failure that is a port conflict: who has the port, and which {@link FreePort} asked
 * for it.
 *
 * <p>When a context ends, it knows the failures of tests, lifecycle methods and other extensions.
 * Only those of constructors and dynamic tests have to be intercepted.
 */
final class ConflictExplanation
    implements AfterEachCallback, AfterAllCallback, InvocationInterceptor {

  /** Diagnosing a port takes seconds at worst. */
  private static final int MOST_PORTS = 5;

  /** Is added to the failure. It is no failure of the program, so it has no stack trace. */
  static final class Explanation extends Exception {
    private static final long serialVersionUID = 1L;

    Explanation(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * What FreePort knows about a port without a diagnosis.
   *
   * @param whose which point asked for it
   * @param protocol the protocol it is used for
   * @param state whether it is offered
   * @param hasHold whether this test's hold is there
   */
  private record Conflict(String whose, Protocol protocol, PortState state, boolean hasHold) {

    private static final String MAY_BE_ANOTHER =
        " If the server does set it, another server had the port for a moment.";

    static Conflict of(HeldPort port, InjectionPoint point) {
      String name = port.name();
      return new Conflict(
          (name.isEmpty() ? "" : "\"" + name + "\", ") + "from @FreePort " + point.description(),
          port.request().protocol(),
          port.state(),
          port.handover().hasHold());
    }

    /** Says who has the port, and what to do if nobody but this test's own hold has it. */
    String describe(int port) {
      PortDiagnosis diagnosis = PortDiagnosis.of(port, protocol);
      boolean isSomebodyThere =
          diagnosis.occupants().stream()
              .anyMatch(occupant -> occupant.kind() != PortOccupant.Kind.FREEPORT);
      if (isSomebodyThere || state.compareTo(PortState.TAKEN) >= 0) {
        return diagnosis.describe();
      }
      if (!hasHold) {
        return "Nobody is seen to have it now, and its hold was closed by offer(). Another socket had the port when the server started.";
      }
      return diagnosis.describe()
          + " This is the test's own hold."
          + OwnHoldText.of(state)
          + (state == PortState.OFFERED ? MAY_BE_ANOTHER : "");
    }
  }

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(
      ExtensionContext rootContext) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public void afterEach(ExtensionContext context) {
    context.getExecutionException().ifPresent(failure -> explain(failure, context));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    context.getExecutionException().ifPresent(failure -> explain(failure, context));
  }

  @Override
  public <T> T interceptTestClassConstructor(
      Invocation<T> invocation,
      ReflectiveInvocationContext<Constructor<T>> constructor,
      ExtensionContext context)
      throws Throwable {
    return explained(invocation, context);
  }

  @Override
  public void interceptDynamicTest(
      Invocation<Void> invocation,
      DynamicTestInvocationContext dynamicTest,
      ExtensionContext context)
      throws Throwable {
    explained(invocation, context);
  }

  private static <T> T explained(Invocation<T> invocation, ExtensionContext context)
      throws Throwable {
    try {
      return invocation.proceed();
    } catch (Throwable failure) {
      explain(failure, context);
      throw failure;
    }
  }

  private static void explain(Throwable failure, ExtensionContext context) {
    boolean explained =
        Arrays.stream(failure.getSuppressed()).anyMatch(Explanation.class::isInstance);
    if (!explained && PortConflict.isCauseOf(failure)) {
      failure.addSuppressed(new Explanation(text(failure, context)));
    }
  }

  private static String text(Throwable failure, ExtensionContext context) {
    Map<Integer, Conflict> ports = new LinkedHashMap<>();
    PortConflict.portNamedIn(failure)
        .ifPresent(
            port ->
                ports.put(
                    port,
                    new Conflict(
                        "not from a @FreePort of this test",
                        Protocol.TCP,
                        PortState.RELEASED,
                        false)));
    for (PortUsage usage : PortUsages.visibleFrom(context)) {
      ports.put(usage.port().number(), Conflict.of(usage.port(), usage.point()));
      for (HeldPort companion : usage.port().companions()) {
        ports.put(companion.number(), Conflict.of(companion, usage.point()));
      }
    }
    StringBuilder text = new StringBuilder("This is a port conflict.");
    ports.entrySet().stream()
        .limit(MOST_PORTS)
        .forEach(
            entry ->
                text.append(System.lineSeparator())
                    .append("Port ")
                    .append(entry.getKey())
                    .append(", ")
                    .append(entry.getValue().whose())
                    .append(": ")
                    .append(entry.getValue().describe(entry.getKey())));
    if (ports.size() > MOST_PORTS) {
      text.append(System.lineSeparator())
          .append("and ")
          .append(ports.size() - MOST_PORTS)
          .append(" more ports of this test.");
    }
    return text.toString();
  }
}
