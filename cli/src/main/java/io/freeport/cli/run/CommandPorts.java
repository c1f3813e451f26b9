package io.freeport.cli.run;

import io.freeport.HandoffMode;
import io.freeport.HeldPort;
import io.freeport.PortAllocator;
import io.freeport.PortUnavailableException;
import io.freeport.cli.terminal.CommandFailure;
import io.freeport.cli.terminal.ExitStatus;
import io.freeport.internal.settings.EnvironmentNames;
import io.freeport.internal.settings.Settings;
import io.freeport.plan.Assignment;
import io.freeport.plan.PortAssignments;
import io.freeport.plan.PortConflictException;
import io.freeport.plan.PortPlan;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a command: those that options ask for, and those of a plan. Their numbers may change
 * between two attempts to start the command.
 */
final class CommandPorts implements AutoCloseable {

  private final PortAllocator allocator;
  private final Map<String, HeldPort> asked = new LinkedHashMap<>();
  private @Nullable PortAssignments planned;

  /** The command cannot bind these beside a hold. */
  private final Set<String> notShared = new LinkedHashSet<>();

  private CommandPorts(Settings settings) {
    allocator = PortAllocator.builder(settings).build();
  }

  /**
   * Holds all ports, or none.
   *
   * @throws PortUnavailableException if a port cannot be had
   * @throws PortConflictException if a service of the plan cannot have one
   */
  static CommandPorts hold(List<PortSpec> specs, @Nullable PortPlan plan, Settings settings) {
    CommandPorts ports = new CommandPorts(settings);
    try {
      if (plan != null) {
        ports.planned = plan.assign();
      }
      for (PortSpec spec : specs) {
        if (ports.numbers().containsKey(spec.name())) {
          throw new CommandFailure(
              ExitStatus.USAGE, "There are two ports \"" + spec.name() + "\". Rename one.");
        }
        if (ports.environment().containsKey(variable(spec.name()))) {
          throw new CommandFailure(
              ExitStatus.USAGE,
              "There are two ports for the variable "
                  + variable(spec.name())
                  + ", one of them \""
                  + spec.name()
                  + "\". Rename one.");
        }
        ports.asked.put(spec.name(), ports.allocator.hold(spec.request()));
      }
      return ports;
    } catch (Throwable e) {
      ports.close();
      throw e;
    }
  }

  /** Returns all numbers, also of ports that are shared with others or run already. */
  Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    assignments().forEach((name, assignment) -> numbers.put(name, assignment.port()));
    asked.forEach((name, port) -> numbers.put(name, port.number()));
    return numbers;
  }

  /** Returns what is held, each hold once. */
  Map<String, HeldPort> held() {
    Map<String, HeldPort> held = new LinkedHashMap<>();
    assignments()
        .forEach(
            (name, assignment) -> {
              if (assignment.service().inherit().isEmpty()) {
                assignment.held().ifPresent(port -> held.put(name, port));
              }
            });
    held.putAll(asked);
    return held;
  }

  private Map<String, Assignment> assignments() {
    return planned == null ? Map.of() : planned.assignments();
  }

  /**
   * Offers all ports; one that somebody has taken since the last attempt gets another number.
   *
   * @throws PortUnavailableException if there is none
   * @throws PortConflictException if there is none in the plan
   */
  void offer() {
    for (String name : held().keySet()) {
      try {
        offer(name);
      } catch (PortUnavailableException somebodyWasFaster) {
        move(name);
        offer(name);
      }
    }
  }

  private void offer(String name) {
    HeldPort port = port(name);
    if (notShared.contains(name)) {
      port.handover().offer(HandoffMode.CLOSE_THEN_BIND);
    } else if (asked.containsKey(name)) {
      port.offer();
    } else {
      Objects.requireNonNull(planned).offer(name); // knows of ports that are of a whole build
    }
  }

  /** From now on the port's hold is closed before the command starts. */
  void doNotShare(String name) {
    notShared.add(name);
  }

  boolean isShared(String name) {
    return !notShared.contains(name);
  }

  /**
   * Gives a port another number.
   *
   * @throws PortUnavailableException if there is none
   * @throws PortConflictException if there is none in the plan
   */
  void move(String name) {
    HeldPort own = asked.get(name);
    if (own != null) {
      own.handover().exchange();
    } else {
      Objects.requireNonNull(planned).move(name);
    }
  }

  HeldPort port(String name) {
    return Objects.requireNonNull(held().get(name));
  }

  /** Returns the arguments with numbers in place of {@code {name}}; other braces stay. */
  List<String> fill(List<String> arguments) {
    Map<String, Integer> numbers = numbers();
    return arguments.stream()
        .map(
            argument -> {
              String filled = argument;
              for (Map.Entry<String, Integer> number : numbers.entrySet()) {
                filled = filled.replace("{" + number.getKey() + "}", number.getValue().toString());
              }
              return filled;
            })
        .toList();
  }

  /**
   * Returns {@code WEB_PORT} for a port named {@code web}, and {@code PORT} if it is the only one.
   */
  Map<String, String> environment() {
    Map<String, String> variables = new LinkedHashMap<>();
    if (planned != null) {
      variables.putAll(planned.asEnvironment());
    }
    asked.forEach((name, port) -> variables.put(variable(name), Integer.toString(port.number())));
    Map<String, Integer> numbers = numbers();
    if (numbers.size() == 1) {
      numbers.values().forEach(number -> variables.put("PORT", number.toString()));
    }
    return variables;
  }

  private static String variable(String name) {
    return EnvironmentNames.variable(name) + "_PORT";
  }

  /** Returns names and numbers, for messages. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    numbers()
        .forEach(
            (name, number) ->
                text.append(text.isEmpty() ? "" : ", ").append(name).append(' ').append(number));
    return text.toString();
  }

  @Override
  public void close() {
    try {
      allocator.close();
    } finally {
      if (planned != null) {
        planned.close();
      }
    }
  }
}
