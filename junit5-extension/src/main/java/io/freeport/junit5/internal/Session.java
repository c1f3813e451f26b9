package io.freeport.junit5.internal;

import io.freeport.internal.settings.Settings;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The launcher session of this JVM: its settings, and what is kept until it ends. There is one for
 * the whole JVM, because neither the contexts of extensions (before JUnit 5.13) nor services can
 * tell which session they belong to.
 *
 * <p>A session within another one, such as that of a test that runs tests, is part of the outer
 * one.
 */
public final class Session {

  private static final Session OF_THIS_JVM = new Session();

  private final Map<Object, Memo<?>> memos = new ConcurrentHashMap<>();
  private volatile Configuration configuration = new Configuration(null);

  // Guarded by this.
  private final Set<AutoCloseable> resources = new LinkedHashSet<>();
  private int depth;

  private Session() {}

  /** Returns the one session. */
  public static Session ofThisJvm() {
    return OF_THIS_JVM;
  }

  /** Read at the first use, so an invalid setting fails what needs it, and nothing else. */
  private static final class Configuration {
    final @Nullable JUnitParameters parameters;
    volatile @Nullable Settings settings;

    Configuration(@Nullable JUnitParameters parameters) {
      this.parameters = parameters;
    }
  }

  /** Returns whether the session is open. It never is if JUnit's listeners are switched off. */
  public synchronized boolean isOpen() {
    return depth > 0;
  }

  /** Opens the session, and returns whether it is the outermost one. */
  synchronized boolean open() {
    return ++depth == 1;
  }

  /** Starts a test plan: from now on its configuration parameters are settings of this JVM. */
  void start(JUnitParameters parameters) {
    configuration = new Configuration(parameters);
  }

  @Nullable JUnitParameters parameters() {
    return configuration.parameters;
  }

  /**
   * Returns the settings, which are read once for each test plan.
   *
   * @throws IllegalArgumentException if a source contains an unknown key
   */
  public Settings settings() {
    Configuration current = configuration;
    Settings settings = current.settings;
    if (settings == null) {
      settings = Settings.ofThisJvm();
      current.settings = settings;
    }
    return settings;
  }

  /** Returns the value for a key. It is the same until the session ends, and then closed. */
  public <T> T get(Object key, Supplier<T> make) {
    return Memo.get(memos, key, make);
  }

  /** Returns the values of a type that have been made so far. */
  public <T> List<T> values(Class<T> type) {
    List<T> values = new ArrayList<>();
    for (Memo<?> memo : memos.values()) {
      Object value = memo.value();
      if (type.isInstance(value)) {
        values.add(type.cast(value));
      }
    }
    return values;
  }

  /** Closes a resource at the end of the session, unless it is removed before. */
  public synchronized void add(AutoCloseable resource) {
    resources.add(resource);
  }

  /** Forgets a resource. */
  public synchronized void remove(AutoCloseable resource) {
    resources.remove(resource);
  }

  /** Ends a session. The end of the outermost one releases everything that is left. */
  void close() {
    List<AutoCloseable> left;
    synchronized (this) {
      if (--depth > 0) {
        return;
      }
      left = new ArrayList<>(memos.values());
      left.addAll(resources);
      resources.clear();
      memos.clear();
    }
    if (!left.isEmpty()) {
      Closeables.closeAll(left);
    }
  }

  /** Forgets the configuration parameters: the next session of this JVM has others. */
  void forgetParameters() {
    configuration = new Configuration(null);
  }
}
