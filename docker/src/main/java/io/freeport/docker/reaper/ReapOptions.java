package io.freeport.docker.reaper;

import com.github.dockerjava.api.DockerClient;
import io.freeport.docker.internal.DockerContext;
import io.freeport.internal.owner.OwnerRegistry;
import io.freeport.internal.settings.SettingKeys;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a reaper works.
 *
 * @param connection opens a client for one pass
 * @param engine which engine it is, after "the Docker engine" in messages; asked for before the
 *     connection
 * @param closesClient whether the client is closed after the pass
 * @param ageOfUnknown the age from which on resources of unknown owners are removed; null for never
 * @param timeLimit how long one pass may take
 * @param looksFirst whether the pass ends without a client if a {@link QuickLook} finds nothing
 */
record ReapOptions(
    Supplier<DockerClient> connection,
    Supplier<String> engine,
    boolean closesClient,
    OwnerRegistry owners,
    @Nullable Duration ageOfUnknown,
    Duration timeLimit,
    ReapProgress progress,
    boolean looksFirst) {

  private static final Duration LONGEST_TIME_LIMIT = Duration.ofDays(1);

  /**
   * Returns what is configured.
   *
   * @throws IllegalArgumentException if the configuration contains an invalid value
   */
  static ReapOptions configured(
      DockerContext context,
      Supplier<DockerClient> connection,
      Supplier<String> engine,
      boolean closesClient) {
    Duration age = context.settings().get(SettingKeys.REAPER_AGE);
    return new ReapOptions(
        connection,
        engine,
        closesClient,
        context.owners(),
        age.isZero() ? null : age,
        checkLimit(
            SettingKeys.REAPER_TIMEOUT.name(), context.settings().get(SettingKeys.REAPER_TIMEOUT)),
        (done, total) -> {},
        false);
  }

  ReapOptions withAgeOfUnknown(Duration age) {
    if (age.isZero() || age.isNegative()) {
      throw new IllegalArgumentException(
          "The age must be positive, but was "
              + age
              + ". Whoever is out of sight may live; name an age that no test run reaches.");
    }
    return new ReapOptions(
        connection, engine, closesClient, owners, age, timeLimit, progress, looksFirst);
  }

  ReapOptions withTimeLimit(Duration limit) {
    return new ReapOptions(
        connection,
        engine,
        closesClient,
        owners,
        ageOfUnknown,
        checkLimit("The time limit", limit),
        progress,
        looksFirst);
  }

  ReapOptions withProgress(ReapProgress newProgress) {
    return new ReapOptions(
        connection, engine, closesClient, owners, ageOfUnknown, timeLimit, newProgress, looksFirst);
  }

  ReapOptions lookingFirst() {
    return new ReapOptions(
        connection, engine, closesClient, owners, ageOfUnknown, timeLimit, progress, true);
  }

  private static Duration checkLimit(String what, Duration limit) {
    if (limit.isZero() || limit.isNegative() || limit.compareTo(LONGEST_TIME_LIMIT) > 0) {
      throw new IllegalArgumentException(
          what
              + " must be positive and no longer than a day, but was "
              + limit
              + ". A suite waits for so long if the engine does not answer, so a few seconds will do.");
    }
    return limit;
  }
}
