package io.freeport.internal.owner;

import io.freeport.internal.os.ProcFs;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What pids are relative to: a machine, one boot of it, and a pid namespace. Written as {@code
 * machine.boot.namespace} by Linux, with the time namespace after that if it is not the first one,
 * since starts are told by its clock; elsewhere it is a name, which several may have.
 *
 * @param machine empty if it is not known
 * @param boot the kernel's random id of this boot; empty if that is not known
 * @param pidNamespace its number, unique within a boot; empty if that is not known
 * @param timeNamespace its number; empty for the first one
 */
record HostIdentity(
    String text, String machine, String boot, String pidNamespace, String timeNamespace) {

  /** How others relate to this one. */
  enum Relation {
    SAME,
    /** They have a name in common, and no boot is known: it may be an earlier boot, or another. */
    SAME_NAME,
    OTHER_NAMESPACE,
    /** Of what seems to be this machine: an earlier boot, or the boot of a clone. */
    OTHER_BOOT,
    ELSEWHERE
  }

  /** The number that the kernel gives to the first pid namespace, see linux/proc_ns.h. */
  private static final String FIRST_NAMESPACE = "4026531836";

  /** The same of time namespaces. */
  private static final String FIRST_TIME_NAMESPACE = "4026531834";

  private static final String NO_MACHINE = "-";

  /** Older versions wrote no machine. */
  private static final Pattern LINUX =
      Pattern.compile(
          "(?:([0-9a-f]{12}|-)\\.)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.([0-9]{1,10})(?:\\.([0-9]{1,10}))?");

  static HostIdentity parse(String text) {
    Matcher matcher = LINUX.matcher(text);
    if (!matcher.matches()) {
      return new HostIdentity(text, "", "", "", "");
    }
    String machine = matcher.group(1);
    return new HostIdentity(
        text,
        machine == null || machine.equals(NO_MACHINE) ? "" : machine,
        matcher.group(2),
        matcher.group(3),
        matcher.group(4) == null ? "" : matcher.group(4));
  }

  static HostIdentity ofThisProcess() {
    try {
      String boot = ProcFs.bootId();
      String namespace = ProcFs.namespace("pid");
      String machine =
          namespace.equals(FIRST_NAMESPACE)
              ? machine(Path.of("/etc/machine-id"), Path.of("/sys/class/net"))
              : "";
      String time = ProcFs.hasNamespace("time") ? ProcFs.namespace("time") : "";
      return parse(
          (machine.isEmpty() ? NO_MACHINE : machine)
              + "."
              + boot
              + "."
              + namespace
              + (time.isEmpty() || time.equals(FIRST_TIME_NAMESPACE) ? "" : "." + time));
    } catch (IOException notLinux) {
      return parse(hostName().replaceAll("[^A-Za-z0-9._-]", "-"));
    }
  }

  /** Returns whether pids mean nothing to those who judge from another namespace, or boot. */
  boolean needsFile() {
    return boot.isEmpty() || !pidNamespace.equals(FIRST_NAMESPACE);
  }

  /** Returns whether the starts of processes are told by the same clock. */
  boolean hasClockOf(HostIdentity other) {
    return timeNamespace.equals(other.timeNamespace);
  }

  /**
   * Returns what a machine keeps when it is started again, or nothing. The id alone would not do:
   * images of machines, and of containers, are copied with the id in them. Network cards are not,
   * unless their addresses are made up.
   */
  static String machine(Path machineId, Path networkDevices) {
    try {
      String id = Files.readString(machineId).strip();
      Set<String> cards = addressesOfCards(networkDevices);
      if (id.isEmpty() || cards.isEmpty()) {
        return "";
      }
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((id + cards).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (IOException | NoSuchAlgorithmException unknown) {
      return "";
    }
  }

  private static Set<String> addressesOfCards(Path networkDevices) throws IOException {
    Set<String> addresses = new TreeSet<>();
    try (DirectoryStream<Path> devices = Files.newDirectoryStream(networkDevices)) {
      for (Path device : devices) {
        // Only hardware has a device behind it; 0 stands for an address that it came with.
        if (Files.exists(device.resolve("device"))
            && Files.readString(device.resolve("addr_assign_type")).strip().equals("0")) {
          String address = Files.readString(device.resolve("address")).strip();
          if (isOfOneCard(address)) {
            addresses.add(address);
          }
        }
      }
    }
    return addresses;
  }

  /**
   * Returns whether the maker of a card gave it this address, and to no other card. Virtual
   * machines have addresses that are administered locally (the second bit of the first byte, see
   * IEEE 802c), QEMU the same one in each.
   */
  private static boolean isOfOneCard(String address) {
    return address.matches("[0-9a-f][048c](:[0-9a-f]{2}){5}")
        && !address.matches("(..)(:\\1){5}|00:11:22:33:44:55|00:01:02:03:04:05");
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException noName) {
      return "localhost";
    }
  }

  Relation relationOf(HostIdentity other) {
    if (boot.isEmpty() || other.boot.isEmpty()) {
      return text.equals(other.text) ? Relation.SAME_NAME : Relation.ELSEWHERE;
    }
    boolean areKnown = !machine.isEmpty() && !other.machine.isEmpty();
    if (!boot.equals(other.boot)) {
      return areKnown && machine.equals(other.machine) ? Relation.OTHER_BOOT : Relation.ELSEWHERE;
    }
    if (areKnown && !machine.equals(other.machine)) {
      return Relation.ELSEWHERE; // both were restored from one snapshot
    }
    return pidNamespace.equals(other.pidNamespace) ? Relation.SAME : Relation.OTHER_NAMESPACE;
  }
}
