package io.freeport.internal.owner;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.PortState;
import io.freeport.Protocol;
import io.freeport.testing.ChildJvm;
import io.freeport.testing.Warnings;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What else may be in the directory, and what must not happen to the files in it. */
class OwnerDirectoryTest {

  private static final Owner OTHER = new Owner("host", 999_999_999, 1, "00c0ffee");
  private static final String OTHER_FILE = "999999999-1-00c0ffee.lock";

  @TempDir Path temp;
  private Path directory;

  @BeforeEach
  void makeDirectory() {
    directory = temp.resolve("owners");
    OwnerRegistry.open(directory);
  }

  @Test
  void theLockOutlivesGarbageCollection() throws Exception {
    OwnerRegistry registry = OwnerRegistry.open(directory);
    try (OwnerChild child = OwnerChild.start(directory)) {
      child.tell("collect");
      assertThat(registry.judge(child.owner()).reason()).isEqualTo("its file is locked");
    }
  }

  /** To open and close a file of this process would give up the lock on it. */
  @Test
  void twoRegistriesOfOneJvmKeepTheirLocks() throws Exception {
    OwnerRegistry registry = OwnerRegistry.open(directory);
    try (ChildJvm child =
        ChildJvm.start(Map.of(), List.of("-Dfreeport.dir=" + directory), TwoClassLoaders.class)) {
      Owner one = Owner.parse(child.readLine());
      Owner two = Owner.parse(child.readLine());
      assertThat(one).isNotEqualTo(two);
      assertThat(one.isSameProcessAs(two)).isTrue();
      assertThat(registry.judge(one).reason()).isEqualTo("its file is locked");
      assertThat(registry.judge(two).reason()).isEqualTo("its file is locked");
      assertThat(registry.livingOwners()).extracting(OwnerRecord::owner).contains(one, two);
    }
  }

  @Test
  void nothingOfAnotherNameIsTouched() throws IOException {
    List<String> names =
        List.of("x.lock", "1-2-00c0ffee", "1-2-00C0FFEE.lock", "1-2-3-00c0ffee.lock", "notes.txt");
    for (String name : names) {
      Files.writeString(directory.resolve(name), "x");
    }
    assertThat(OwnerRegistry.open(directory).livingOwners()).hasSize(1);
    assertThat(names).allMatch(name -> Files.exists(directory.resolve(name)));
  }

  @Test
  void deadOwnersFilesAreRemovedWhateverIsInThem() throws IOException {
    byte[] whole = ledger();
    for (int length : new int[] {0, 1, 4095, 4096, 4097, 5000, whole.length}) {
      Files.write(directory.resolve(OTHER_FILE), Arrays.copyOf(whole, length));
      assertThat(OwnerRegistry.open(directory).livingOwners()).hasSize(1);
      assertThat(directory.resolve(OTHER_FILE)).doesNotExist();
    }
  }

  @Test
  @Timeout(60)
  void whatIsNoPlainFileIsReportedOnceAndLeftAlone() throws Exception {
    Path target = Files.write(temp.resolve("target"), ledger());
    Files.createSymbolicLink(directory.resolve("1-1-00000001.lock"), target);
    Files.createLink(directory.resolve("1-1-00000002.lock"), target);
    Files.createDirectory(directory.resolve("1-1-00000003.lock"));
    assertThat(
            new ProcessBuilder("mkfifo", directory.resolve("1-1-00000004.lock").toString())
                .start()
                .waitFor())
        .isZero();
    try (Warnings warnings = Warnings.record()) {
      OwnerRegistry registry = OwnerRegistry.open(directory);
      assertThat(registry.livingOwners()).hasSize(1);
      assertThat(registry.livingOwners()).hasSize(1);
      assertThat(warnings.messages())
          .hasSize(4)
          .allMatch(message -> message.startsWith("Left " + directory.resolve("1-1-0000000")));
    }
    try (var files = Files.list(directory)) {
      assertThat(files.filter(file -> file.toString().contains("1-1-0000000"))).hasSize(4);
    }
  }

  @Test
  void aFileOfAnotherUserIsReportedAndLeftAlone() throws IOException {
    Path file = Files.write(directory.resolve(OTHER_FILE), ledger());
    try {
      Files.setAttribute(file, "unix:uid", 65534);
    } catch (IOException e) {
      Assumptions.abort("Only root can give files away");
    }
    try (Warnings warnings = Warnings.record()) {
      assertThat(OwnerRegistry.open(directory).livingOwners()).hasSize(1);
      assertThat(warnings.messages()).singleElement().asString().contains("it belongs to");
    }
    assertThat(file).exists();
  }

  @Test
  void aLivingOwnersFileMaySayAnything() throws Exception {
    Path file = Files.write(directory.resolve(OTHER_FILE), ledger());
    try (ChildJvm child = ChildJvm.start(LocksFile.class, file)) {
      child.readLine();
      assertSays(file, ledger(), 3, null);
      assertSays(file, new byte[0], 0, null);
      assertSays(file, "FreePort".getBytes(UTF_8), 0, "it is too short, with 8 bytes");
      assertSays(file, new byte[9000], 0, "it does not begin with \"FreePort\"");
      assertSays(file, with(ledger(), 8, 2), 0, null);
      assertSays(file, with(ledger(), 16, 1), 0, "the checksum of its header is wrong");
      assertSays(
          file, Arrays.copyOf(ledger(), LedgerSlot.LONGEST_FILE + 1), 0, "it is too long, with ");
      assertSays(file, Arrays.copyOf(ledger(), 4096 + 256 + 255), 1, null);
      assertSays(
          file,
          with(ledger(), 4096 + 256 + 8, 4711),
          2,
          "its entry at " + (4096 + 256) + " is damaged");
      byte[] someoneElses = new byte[LedgerHeader.SIZE];
      new LedgerHeader(new Owner("host", 7, 1, "00c0ffee"), "", "", Instant.EPOCH)
          .toBytes()
          .get(someoneElses);
      assertSays(file, someoneElses, 0, "it is by host/7/1/00c0ffee");
    }
  }

  private void assertSays(Path file, byte[] content, int holds, @Nullable String warning)
      throws IOException {
    Files.write(file, content);
    try (Warnings warnings = Warnings.record()) {
      OwnerRegistry registry = OwnerRegistry.open(directory);
      for (int i = 0; i < 2; i++) {
        assertThat(
                registry.livingOwners().stream()
                    .filter(record -> record.owner().equals(OTHER))
                    .flatMap(record -> record.holds().stream()))
            .hasSize(holds);
      }
      if (warning == null) {
        assertThat(warnings.messages()).isEmpty();
      } else {
        assertThat(warnings.messages())
            .singleElement()
            .asString()
            .startsWith("Left " + file + " alone, which is not as FreePort writes it: " + warning);
      }
    }
    assertThat(file).exists();
  }

  /** Half of the files are of an owner that lives, half of them of one that is dead. */
  @Test
  @Timeout(300)
  void noMutationDoesHarm() throws Exception {
    Random random = new Random(20260101);
    Path living = Files.write(directory.resolve(OTHER_FILE), ledger());
    Path dead = directory.resolve("999999999-1-0000dead.lock");
    try (ChildJvm child = ChildJvm.start(LocksFile.class, living);
        Warnings warnings = Warnings.record()) {
      child.readLine();
      OwnerRegistry reader = OwnerRegistry.open(directory);
      for (int i = 0; i < 3_000; i++) {
        byte[] mutant = mutate(ledger(), random);
        Files.write(living, mutant);
        Files.write(dead, mutant);
        assertThat(reader.livingOwners())
            .as("mutant %d", i)
            .hasSizeBetween(1, 2)
            .allMatch(record -> record.holds().size() <= 1000);
        if (i % 50 == 0) {
          OwnerRegistry.open(directory);
          assertThat(Files.exists(dead)).isEqualTo(isOfAnotherVersion(mutant));
        }
        assertThat(living).exists();
      }
    }
  }

  private static boolean isOfAnotherVersion(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    return file.length >= LedgerHeader.SIZE
        && bytes.getLong(0) == ByteBuffer.wrap(ledger()).order(ByteOrder.LITTLE_ENDIAN).getLong(0)
        && bytes.getInt(8) != 1;
  }

  /** A later version may share the directory: nothing depends on what it writes. */
  @Test
  void filesOfAnotherVersionAreKeptAWeek() throws IOException {
    Path file = Files.write(directory.resolve(OTHER_FILE), with(ledger(), 8, 2));
    try (Warnings warnings = Warnings.record()) {
      assertThat(OwnerRegistry.open(directory).livingOwners()).hasSize(1);
      assertThat(file).exists();
      assertThat(warnings.messages()).isEmpty();
    }
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(8))));
    OwnerRegistry.open(directory);
    assertThat(file).doesNotExist();
  }

  /** Of whatever is in the directory, only plain files with an owner's name can be removed. */
  @Test
  void noNameDoesHarm() throws IOException {
    Random random = new Random(20260103);
    Path outside = Files.writeString(temp.resolve("1-2-00c0ffee.lock"), "x");
    List<Path> foreign = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      StringBuilder name = new StringBuilder("999999999-" + (i + 1) + "-0000dead.lock");
      int at = random.nextInt(name.length());
      switch (random.nextInt(4)) {
        case 0 -> name.setCharAt(at, (char) (' ' + random.nextInt(90)));
        case 1 -> name.insert(at, "../".substring(0, random.nextInt(3)));
        case 2 -> name.append(i);
        default -> name.deleteCharAt(at);
      }
      String text = name.toString().replace('/', '_');
      Path file = Files.write(directory.resolve(text), new byte[random.nextInt(3)]);
      if (!text.matches("[0-9]+-[0-9]+-[0-9a-f]{8}\\.lock")) {
        foreign.add(file);
      }
    }
    assertThat(foreign).hasSizeGreaterThan(500);
    OwnerRegistry registry = OwnerRegistry.open(directory);
    assertThat(registry.livingOwners()).hasSize(1);
    assertThat(foreign).allMatch(file -> Files.exists(file));
    assertThat(outside).exists();
    try (var files = Files.list(directory)) {
      assertThat(files.count()).as("with those of this JVM").isLessThan(foreign.size() + 10);
    }
  }

  private static byte[] mutate(byte[] ledger, Random random) {
    byte[] bytes = Arrays.copyOf(ledger, ledger.length);
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(bytes.length + 1) & (random.nextBoolean() ? -1 : 0x0F1F);
      if (at >= bytes.length) {
        continue;
      }
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> {
          byte[] garbage = new byte[random.nextInt(Math.min(600, bytes.length - at) + 1)];
          random.nextBytes(garbage);
          System.arraycopy(garbage, 0, bytes, at, garbage.length);
        }
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(10_000));
        case 4 -> Arrays.fill(bytes, at, bytes.length, (byte) random.nextInt(256));
        default -> {
          // Another header and other entries, with the right checksums
          garbleAndSign(bytes, 16, 32, 12, 4096, random);
          garbleAndSign(bytes, 4096 + 8, 4096 + 25, 4096 + 4, 4096 + 25 + 12, random);
        }
      }
    }
    return bytes;
  }

  private static void garbleAndSign(
      byte[] bytes, int from, int to, int checksumAt, int end, Random random) {
    if (bytes.length < end) {
      return;
    }
    bytes[from + random.nextInt(to - from)] = (byte) random.nextInt(256);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, checksumAt + 4, end - checksumAt - 4);
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(checksumAt, (int) checksum.getValue());
  }

  private static byte[] ledger() {
    ByteBuffer file =
        ByteBuffer.allocate(LedgerHeader.SIZE + 8 * LedgerSlot.SIZE).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new LedgerHeader(OTHER, "/somewhere", "4026531840", Instant.EPOCH).toBytes());
    // The slots are written like in a mapped file.
    ByteBuffer slots = ByteBuffer.allocateDirect(8 * LedgerSlot.SIZE);
    for (int i = 0; i < 3; i++) {
      LedgerSlot.write(
          slots,
          i * LedgerSlot.SIZE,
          1,
          new RecordedHold(1 + i, Protocol.TCP, PortState.HELD, Instant.EPOCH, "name", "usedBy"));
    }
    return file.put(slots).array();
  }

  private static byte[] with(byte[] ledger, int at, int value) {
    ByteBuffer.wrap(ledger).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    return ledger;
  }

  static final class LocksFile {
    private LocksFile() {}

    public static void main(String[] args) throws IOException {
      FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE);
      System.out.println(channel.lock().isValid());
      System.in.read();
      channel.close();
    }
  }

  static final class TwoClassLoaders {
    private static final List<Object> REACHABLE = new ArrayList<>();

    private TwoClassLoaders() {}

    public static void main(String[] args) throws Exception {
      Object one = registry();
      Object two = registry();
      REACHABLE.addAll(List.of(one, two));
      for (Object registry : List.of(one, two, one)) {
        registry.getClass().getMethod("livingOwners").invoke(registry);
      }
      System.out.println(one.getClass().getMethod("self").invoke(one));
      System.out.println(two.getClass().getMethod("self").invoke(two));
      System.in.read();
    }

    private static Object registry() throws Exception {
      String[] path = System.getProperty("java.class.path").split(File.pathSeparator, -1);
      URLClassLoader loader =
          new URLClassLoader(
              Arrays.stream(path).map(TwoClassLoaders::url).toArray(URL[]::new),
              ClassLoader.getPlatformClassLoader());
      return loader
          .loadClass("io.freeport.internal.owner.OwnerRegistry")
          .getMethod("open", Path.class)
          .invoke(null, Path.of(System.getProperty("freeport.dir", "")));
    }

    private static URL url(String entry) {
      try {
        return Path.of(entry).toUri().toURL();
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException(entry, e);
      }
    }
  }
}
