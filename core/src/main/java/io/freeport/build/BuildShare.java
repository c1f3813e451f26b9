package io.freeport.build;

import io.freeport.internal.owner.Owner;
import io.freeport.internal.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A use of a resource that all JVMs of one build share, such as a database: the first user starts
 * it, the last one stops it.
 *
 * <p>A build is what one process of Maven, Gradle or an IDE starts: the nearest Java process among
 * the ancestors of this JVM. {@code freeport.build} names another process by its id.
 *
 * <p>The users are on record in a file, which is locked while one joins or leaves. So two users
 * never start the resource at the same time. Users whose JVM died do not count. If the last user
 * was killed, or the first one during the start, the next user stops what is left before it starts
 * the resource anew. If no user comes, a reaper finds what the build left, once the {@linkplain
 * #build() build} is over.
 *
 * <p><strong>Threads.</strong> All methods may be called from any thread. A start or stop keeps the
 * users of the same name waiting, and nobody else.
 *
 * @since 0.1.0
 */
public final class BuildShare implements AutoCloseable {

  /**
   * How to start and stop the resource. While a method runs, all who join or leave the same name
   * wait.
   *
   * @since 0.1.0
   */
  public interface Resource {

    /**
     * Starts the resource.
     *
     * @param build the owner to start it for
     * @param begun takes what {@link #stop} needs, in one line. Call it as soon as there is
     *     something to stop, and again when that changes. If this JVM is killed during the start,
     *     the next user stops what is on record
     * @return what others need to use the resource and to stop it, in one line
     */
    String start(Owner build, Consumer<String> begun);

    /**
     * Returns whether the resource can still be used.
     *
     * @param description what {@link #start} returned, perhaps in another JVM
     * @return false if it has ended
     */
    boolean isUsable(String description);

    /**
     * Stops the resource, which may have ended already.
     *
     * @param description what {@link #start} returned, perhaps in another JVM
     */
    void stop(String description);
  }

  private static final Logger LOGGER = System.getLogger(BuildShare.class.getName());

  private final Build build;
  private final RecordLock lock;
  private final Path file;
  private final Resource resource;
  private final String use;
  private String description = "";

  private BuildShare(Build build, String name, Resource resource) {
    this.build = build;
    String fileName = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    this.lock = new RecordLock(name, build.records().resolve(fileName + ".lock"));
    this.file = build.records().resolve(fileName + ".share");
    this.resource = resource;
    this.use = build.owners().self() + " " + UUID.randomUUID();
  }

  /**
   * Joins the users of a shared resource, starting it if necessary.
   *
   * @param name the same in all JVMs of the build that share the resource
   * @param resource how to start and stop it
   * @return the use, to be closed
   * @throws UncheckedIOException if the record cannot be read or written, for example because the
   *     thread is interrupted
   * @throws IllegalStateException if {@code resource} joins itself while it is started or stopped
   */
  public static BuildShare join(String name, Resource resource) {
    return join(Build.current(), name, resource);
  }

  /**
   * Joins the users of a shared resource, with settings that are known already. For the modules of
   * this project.
   *
   * @param name the same in all JVMs of the build that share the resource
   * @param resource how to start and stop it
   * @param settings say which process stands for the build
   * @return the use, to be closed
   */
  public static BuildShare join(String name, Resource resource, Settings settings) {
    return join(Build.of(settings), name, resource);
  }

  static BuildShare join(Build build, String name, Resource resource) {
    BuildShare share = new BuildShare(build, name, resource);
    share.description = share.lock.hold(share::join);
    return share;
  }

  private String join() throws IOException {
    ShareRecord record = read();
    String joined = record.description();
    if (!joined.isEmpty() && (record.uses().isEmpty() || !resource.isUsable(joined))) {
      resource.stop(joined);
      joined = "";
    }
    boolean started = joined.isEmpty();
    if (started) {
      joined = resource.start(build.process(), begun -> record(begun, List.of()));
    }
    try {
      List<String> uses = new ArrayList<>(record.uses());
      uses.add(use);
      record(joined, uses);
      return joined;
    } catch (Throwable e) {
      if (started) {
        resource.stop(joined);
      }
      throw e;
    }
  }

  private ShareRecord read() throws IOException {
    return ShareRecord.read(file).withoutDead(build.owners());
  }

  private void record(String recorded, List<String> uses) {
    try {
      new ShareRecord(recorded, uses).write(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot record \"" + recorded + "\": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the description of the resource.
   *
   * @return what {@link Resource#start} returned, in this JVM or in another one
   */
  public String description() {
    return description;
  }

  /**
   * Returns the owner of the resource.
   *
   * @return the build's process, which outlives this JVM
   */
  public Owner build() {
    return build.process();
  }

  /** Leaves; the last user stops the resource. Closing it again does nothing. */
  @Override
  public void close() {
    boolean last = lock.hold(this::leave);
    LOGGER.log(Level.DEBUG, "Left {0}{1}", description, last ? ", as the last one" : "");
  }

  /** Returns whether the resource was stopped. */
  private boolean leave() throws IOException {
    ShareRecord record = read();
    List<String> others = new ArrayList<>(record.uses());
    if (!others.remove(use)) {
      return false;
    }
    if (!others.isEmpty()) {
      new ShareRecord(record.description(), others).write(file);
      return false;
    }
    resource.stop(record.description());
    ShareRecord.EMPTY.write(file);
    return true;
  }
}
