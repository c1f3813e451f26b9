package io.freeport.internal.owner;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freeport.internal.os.ProcFs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * The first page of an owner file: who writes it, and since when.
 *
 * <pre>
 *    0  "FreePort"
 *    8  int    format version
 *   12  int    checksum of all that follows
 *   16  long   start of the JVM, in milliseconds since 1970
 *   24  short  length of the owner
 *   26  short  length of the module
 *   28         owner, module in UTF-8
 *              short: length of the network namespace, and the namespace in UTF-8
 * </pre>
 *
 * @param network the number of the network namespace; empty if unknown
 */
record LedgerHeader(Owner owner, String module, String network, Instant since) {

  static final int SIZE = 4096;

  private static final long MAGIC = 0x74726F5065657246L;
  private static final int VERSION = 1;
  private static final int CHECKED = 16;
  private static final int TEXT = 28;

  static LedgerHeader of(Owner self) {
    return new LedgerHeader(
        self,
        Path.of("").toAbsolutePath().toString(),
        networkNow(),
        ProcessHandle.current().info().startInstant().orElseGet(Instant::now));
  }

  private static String networkNow() {
    try {
      return ProcFs.namespace("net");
    } catch (IOException notLinux) {
      return "";
    }
  }

  /** Returns whether two numbers are those of one network namespace, as far as they are known. */
  static boolean isOneNetwork(String one, String other) {
    return one.isEmpty() || other.isEmpty() || one.equals(other);
  }

  ByteBuffer toBytes() {
    byte[] ownerText = owner.toString().getBytes(UTF_8);
    byte[] networkText = network.getBytes(UTF_8);
    byte[] moduleText =
        Utf8.cut(module, SIZE - TEXT - ownerText.length - Short.BYTES - networkText.length);
    ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(since.toEpochMilli());
    bytes.putShort((short) ownerText.length).putShort((short) moduleText.length);
    bytes.put(ownerText).put(moduleText);
    bytes.putShort((short) networkText.length).put(networkText).rewind();
    return bytes.putInt(CHECKED - Integer.BYTES, checksum(bytes));
  }

  /**
   * Returns the header that {@link #toBytes()} wrote.
   *
   * @throws IOException if the bytes are anything else; the message says what is wrong with them
   */
  static LedgerHeader parse(ByteBuffer page) throws IOException {
    ByteBuffer bytes = page.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() < SIZE) {
      throw new IOException("it is too short, with " + bytes.remaining() + " bytes");
    }
    if (bytes.getLong() != MAGIC) {
      throw new IOException("it does not begin with \"FreePort\"");
    }
    int version = bytes.getInt();
    if (version != VERSION) {
      throw new OtherVersionException(
          "its format has version " + version + ", expected " + VERSION);
    }
    if (bytes.getInt() != checksum(page)) {
      throw new IOException("the checksum of its header is wrong");
    }
    long since = bytes.getLong();
    int ownerLength = Short.toUnsignedInt(bytes.getShort());
    int moduleLength = Short.toUnsignedInt(bytes.getShort());
    if (ownerLength + moduleLength > bytes.remaining()) {
      throw new IOException("its header has impossible lengths");
    }
    try {
      Owner owner = Owner.parse(text(bytes, ownerLength));
      String module = text(bytes, moduleLength);
      return new LedgerHeader(owner, module, network(bytes), Instant.ofEpochMilli(since));
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Files of former versions have zeros here. */
  private static String network(ByteBuffer bytes) throws IOException {
    int length = bytes.remaining() < Short.BYTES ? 0 : Short.toUnsignedInt(bytes.getShort());
    if (length > bytes.remaining()) {
      throw new IOException("its header has impossible lengths");
    }
    return text(bytes, length);
  }

  private static String text(ByteBuffer bytes, int length) {
    byte[] text = new byte[length];
    bytes.get(text);
    return new String(text, UTF_8);
  }

  private static int checksum(ByteBuffer page) {
    CRC32C checksum = new CRC32C();
    checksum.update(page.slice(page.position() + CHECKED, SIZE - CHECKED));
    return (int) checksum.getValue();
  }
}
