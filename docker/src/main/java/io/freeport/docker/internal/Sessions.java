package io.freeport.docker.internal;

import io.freeport.internal.os.SmallFile;
import io.freeport.internal.owner.Owner;
import io.freeport.internal.owner.OwnerRegistry;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which JVM a session of Testcontainers is. Testcontainers writes the session, a random name, on
 * its networks, and has no hook for a label of ours. So each JVM has its session on record, in a
 * file of that name in the owner directory.
 */
public final class Sessions {

  private static final Logger LOGGER = System.getLogger(Sessions.class.getName());
  private static final String FOLDER = "sessions";
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  /** In bytes; an owner is shorter. */
  private static final int LONGEST = 400;

  private final OwnerRegistry owners;

  public Sessions(OwnerRegistry owners) {
    this.owners = owners;
  }

  /** Puts a session of this JVM on record. What cannot be recorded is not. */
  public void record(String session) {
    if (!NAME.matcher(session).matches()) {
      return;
    }
    try {
      owners.showLife();
      Files.writeString(
          owners.folder(FOLDER).resolve(session),
          owners.self().toString(),
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException isOnRecord) {
      // nothing to do
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot record the session of Testcontainers", e);
    }
  }

  /** Returns the sessions of owners that have certainly ended. */
  public Map<String, Owner> ended() {
    Map<String, Owner> ended = new HashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(owners.folder(FOLDER))) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (NAME.matcher(name).matches() && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          addIfEnded(name, file, ended);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOGGER.log(Level.DEBUG, "Cannot read the sessions of Testcontainers", e);
    }
    return ended;
  }

  private void addIfEnded(String session, Path file, Map<String, Owner> ended) {
    try {
      Owner owner = Owner.parse(SmallFile.read(file, LONGEST).strip());
      if (owners
          .judge(owner, Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant())
          .isDead()) {
        ended.put(session, owner);
      }
    } catch (IOException | IllegalArgumentException e) {
      LOGGER.log(Level.DEBUG, "Left " + file + " alone", e);
    }
  }

  /** Forgets a session of which nothing is left. */
  public void forget(String session) {
    try {
      Files.deleteIfExists(owners.folder(FOLDER).resolve(session));
    } catch (IOException e) {
      LOGGER.log(Level.DEBUG, "Cannot forget the session " + session, e);
    }
  }
}
