package io.freeport;

import io.freeport.internal.settings.SettingKeys;
import io.freeport.internal.settings.Settings;
import org.jspecify.annotations.Nullable;

/** The named ports whose numbers {@code freeport.port.NAME} sets, for a debugger for example. */
final class PinnedPorts {

  private final Settings settings;

  PinnedPorts(Settings settings) {
    this.settings = settings;
  }

  /**
   * Returns a request for the number that is set.
   *
   * @param written the value of the setting
   */
  PortRequest pinned(PortRequest request, String written) {
    return request.pinnedTo(number(written, request));
  }

  private int number(String written, PortRequest request) {
    Integer number = number(written);
    if (number == null) {
      throw settings.bad(key(request), written, "a port from 1 to " + PortRange.HIGHEST_PORT);
    }
    if (request.count() > 1 && !request.isContiguous()) {
      throw new IllegalArgumentException(
          origin(request)
              + " sets one number, but the request is for "
              + request
              + ". Remove the setting, or ask for one port or for a contiguous block.");
    }
    return number;
  }

  private static @Nullable Integer number(String written) {
    try {
      int number = Integer.parseInt(written);
      return number < 1 || number > PortRange.HIGHEST_PORT ? null : number;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Returns the failure of a request whose number is set. */
  PortUnavailableException taken(PortRequest request, PortUnavailableException failure) {
    PortUnavailableException explained =
        new PortUnavailableException(
            origin(request)
                + " sets this number. Stop what has it, or change or remove the setting.\n"
                + failure.getMessage(),
            failure.portsInUse());
    explained.addSuppressed(failure);
    return explained;
  }

  private String origin(PortRequest request) {
    return key(request) + settings.origin(key(request)).map(from -> " (" + from + ")").orElse("");
  }

  private static String key(PortRequest request) {
    return SettingKeys.PORT.concat(request.name());
  }
}
