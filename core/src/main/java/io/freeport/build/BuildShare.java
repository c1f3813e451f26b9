package io.freeport.build;

import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A use of something that all JVMs of one build have together, such as a database: the first one
 * that comes starts it, the last one that goes stops it.
 *
 * <p>A build is what one process of Maven, Gradle or an IDE starts: the nearest Java process among
 * the ancestors of this one; another one by its process id in {@code freeport.build}.
 *
 * <p>Who uses it is on record in a file that is locked while somebody comes or goes, so two never
 * start it at the same time. JVMs that died without going are not counted. If the last one was
 * killed, or the first one while it started it, the next one that comes stops what is left before
 * it starts it anew; if none comes, that is for a reaper, which finds what the build's owner left
 * once the {@linkplain #build() build} is over.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread.
 *
 * @since 0.1.0
 */
public final class BuildShare implements AutoCloseable {

  /**
   * How to start and stop it. All methods are called while everybody else who comes or goes waits.
   *
   * @since 0.1.0
   */
  public interface Resource {

    /**
     * Starts it.
     *
     * @param build who is to be named as its owner
     * @param begun to be told what {@link #stop} needs, in one line, as soon as there is something
     *     to stop, and again when that is something else. It is on record then: if this JVM is
     *     killed in the middle of the start, the next one that comes stops that first
     * @return what others need to find it and to stop it, in one line
     */
    String start(Owner build, Consumer<String> begun);

    /**
     * Returns whether it can still be used.
     *
     * @param description what {@link #start} returned, maybe in another JVM
     * @return false if it has ended by itself
     */
    boolean isUsable(String description);

    /**
     * Stops it, also if it has ended already.
     *
     * @param description what {@link #start} returned, maybe in another JVM
     */
    void stop(String description);
  }

  private static final Logger LOGGER = System.getLogger(BuildShare.class.getName());

  /** The lock on a file is the process's, so that its threads have to agree among themselves. */
  private static final Object ONE_AT_A_TIME = new Object();

  private final Path file;
  private final Owner build;
  private final Resource resource;
  private final String use;
  private final String description;

  private BuildShare(Path file, Owner build, Resource resource, String use, String description) {
    this.file = file;
    this.build = build;
    this.resource = resource;
    this.use = use;
    this.description = description;
  }

  /**
   * Comes to use something, and starts it if nobody uses it.
   *
   * @param name the same in all JVMs of the build that want the same
   * @param resource how to start and stop it
   * @return the use, to be closed
   * @throws UncheckedIOException if the record cannot be read or written, for one if the thread is
   *     interrupted
   */
  public static BuildShare join(String name, Resource resource) {
    OwnerRegistry owners = OwnerRegistry.ofThisJvm();
    Owner build = BuildProcess.ofThisJvm();
    String use = owners.self() + " " + UUID.randomUUID();
    Path file = BuildProcess.directory(build, owners).resolve(fileName(name));
    return locked(
        file,
        channel -> {
          ShareRecord record = ShareRecord.read(channel).withoutDead(owners);
          String description = record.description();
          if (!description.isEmpty()
              && (record.uses().isEmpty() || !resource.isUsable(description))) {
            resource.stop(description);
            description = "";
          }
          boolean started = description.isEmpty();
          if (started) {
            description = resource.start(build, begun -> record(begun, List.of(), channel));
          }
          try {
            List<String> uses = new ArrayList<>(record.uses());
            uses.add(use);
            record(description, uses, channel);
          } catch (Throwable e) {
            if (started) {
              resource.stop(description);
            }
            throw e;
          }
          return new BuildShare(file, build, resource, use, description);
        });
  }

  private static void record(String description, List<String> uses, FileChannel channel) {
    try {
      new ShareRecord(description, uses).write(channel);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot record \"" + description + "\": " + e.getMessage(), e);
    }
  }

  private static String fileName(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)) + ".share";
  }

  /**
   * Returns what is shared.
   *
   * @return what {@link Resource#start} returned, in this JVM or in another one
   */
  public String description() {
    return description;
  }

  /**
   * Returns in whose name it was started.
   *
   * @return the owner that lives as long as the build's process
   */
  public Owner build() {
    return build;
  }

  /** Goes, and stops what is shared if nobody else uses it. Closing it again does nothing. */
  @Override
  public void close() {
    OwnerRegistry owners = OwnerRegistry.ofThisJvm();
    boolean last =
        locked(
            file,
            channel -> {
              ShareRecord record = ShareRecord.read(channel).withoutDead(owners);
              if (!record.uses().contains(use)) {
                return false;
              }
              List<String> others = new ArrayList<>(record.uses());
              others.remove(use);
              if (others.isEmpty()) {
                resource.stop(record.description());
                ShareRecord.EMPTY.write(channel);
              } else {
                new ShareRecord(record.description(), others).write(channel);
              }
              return others.isEmpty();
            });
    LOGGER.log(Level.DEBUG, "Left {0}{1}", description, last ? ", as the last one" : "");
  }

  private interface Change<T> {
    T with(FileChannel channel) throws IOException;
  }

  /** The file stays, empty, since somebody may wait for its lock: another file would be no lock. */
  private static <T> T locked(Path file, Change<T> change) {
    synchronized (ONE_AT_A_TIME) {
      try (FileChannel channel =
              FileChannel.open(
                  file,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        return change.with(channel);
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot share by " + file + ": " + e.getMessage(), e);
      }
    }
  }
}
