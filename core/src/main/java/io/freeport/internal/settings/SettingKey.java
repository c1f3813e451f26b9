package io.freeport.internal.settings;

import io.freeport.PortRange;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of a setting, how its value is read, and its default. All keys are in {@link
 * SettingKeys}.
 *
 * <p>The default tells the type. There is one class for all types, because every JVM with FreePort
 * on its class path loads it.
 *
 * @param <T> the type of the value; nullable if the setting has no default
 */
public final class SettingKey<T extends @Nullable Object> {

  private final String name;
  private final Class<?> type;
  private final T defaultValue;
  private final int lowest;

  private SettingKey(String name, Class<?> type, T defaultValue, int lowest) {
    this.name = name;
    this.type = type;
    this.defaultValue = defaultValue;
    this.lowest = lowest;
  }

  /** Any text. The constants of an enum are text too, see {@link Settings#choice}. */
  static SettingKey<@Nullable String> text(String name) {
    return new SettingKey<@Nullable String>(name, String.class, null, 0);
  }

  static SettingKey<Integer> number(String name, int defaultValue, int lowest) {
    return new SettingKey<>(name, Integer.class, defaultValue, lowest);
  }

  static SettingKey<Duration> duration(String name, Duration defaultValue) {
    return new SettingKey<>(name, Duration.class, defaultValue, 0);
  }

  static SettingKey<Boolean> flag(String name, boolean defaultValue) {
    return new SettingKey<>(name, Boolean.class, defaultValue, 0);
  }

  static SettingKey<List<PortRange>> ranges(String name) {
    return new SettingKey<>(name, List.class, List.of(), 0);
  }

  /**
   * Returns the whole key.
   *
   * @return for example {@code freeport.leaks}
   */
  public String name() {
    return name;
  }

  /**
   * Returns the value that applies if no source has one.
   *
   * @return the default
   */
  public T defaultValue() {
    return defaultValue;
  }

  /** Returns null if the text is no value. */
  @SuppressWarnings("unchecked") // each type is made together with its class
  @Nullable T parse(String text) {
    Object value;
    if (type == Integer.class) {
      value = Values.number(text, lowest, Integer.MAX_VALUE);
    } else if (type == Duration.class) {
      value = Values.duration(text);
    } else if (type == Boolean.class) {
      value = Values.flag(text);
    } else if (type == List.class) {
      value = Values.ranges(text);
    } else {
      value = text.isEmpty() ? null : text;
    }
    return (T) value;
  }

  /** Returns what could be written, for messages. */
  String expected() {
    if (type == Integer.class) {
      return "a whole number, " + lowest + " or more";
    } else if (type == Duration.class) {
      return "a time such as 10s, 0.5s or 1m30s";
    } else if (type == Boolean.class) {
      return "true or false";
    } else if (type == List.class) {
      return "ports and ranges such as 10000-19999, 30000";
    }
    return "a text";
  }

  @Override
  public String toString() {
    return name;
  }
}
