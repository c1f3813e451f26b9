package io.freeport.junit5;

import io.freeport.HandoffMode;
import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.Protocol;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * The attributes of a port: the elements of {@link FreePort}, without its name, its scope and the
 * form in which it is injected.
 */
final class PortAttributes {

  private static final Set<String> OTHERS = Set.of("value", "scope", "scheme");

  private PortAttributes() {}

  /**
   * Returns the request that an annotation describes.
   *
   * @throws IllegalArgumentException if the attributes contradict each other or are invalid
   */
  static PortRequest request(FreePort annotation, String usedBy, boolean asBlock) {
    PortRequest.Builder request =
        PortRequest.named(annotation.value())
            .usedBy(usedBy)
            .preferred(annotation.preferred())
            .fallback(annotation.fallback())
            .count(annotation.count())
            .alignedTo(annotation.alignedTo())
            .protocol(annotation.protocol());
    for (String range : annotation.range()) {
      PortRange parsed = PortRange.parse(range);
      request.range(parsed.first(), parsed.last());
    }
    for (String range : annotation.exclude()) {
      request.exclude(PortRange.parse(range));
    }
    if (annotation.near() != -1) {
      request.near(annotation.near());
    }
    if (annotation.contiguous() || asBlock) {
      request.contiguous();
    }
    if (!annotation.address().isEmpty()) {
      request.address(NumericAddress.parse(annotation.address()));
    }
    if (annotation.strict()) {
      request.strict();
    }
    if (annotation.keep()) {
      request.keep();
    }
    if (annotation.alsoAt().length > 0) {
      request.alsoAt(annotation.alsoAt());
    }
    HandoffMode[] handoff = annotation.handoff();
    if (handoff.length > 1) {
      throw new IllegalArgumentException(
          "There are " + handoff.length + " handoff modes. Expected one, or none.");
    }
    if (handoff.length == 1) {
      request.handoff(handoff[0]);
    }
    PortRequest built = request.build(); // its own errors come first
    requireSense(annotation, built, asBlock);
    return built;
  }

  /** Refuses an attribute that another one leaves without an effect. */
  private static void requireSense(FreePort annotation, PortRequest request, boolean asBlock) {
    boolean strict = annotation.strict();
    refuse(
        strict && annotation.fallback().length > 0,
        "strict = true means a preferred port or none, so fallback is never used. Leave out one of the two.");
    refuse(
        strict && annotation.range().length > 0,
        "strict = true means a preferred port or none, so range is never used. Leave out one of the two.");
    refuse(
        strict && annotation.near() != -1,
        "strict = true means a preferred port or none, so near is never used. Leave out one of the two.");
    refuse(
        annotation.near() != -1 && annotation.preferred().length == 0,
        "near is the distance from preferred ports, and preferred names none. Name one, or leave out near.");
    refuse(
        annotation.near() != -1 && annotation.range().length > 0,
        "near counts only without range. Leave out one of the two.");
    refuse(
        annotation.contiguous() && annotation.count() == 1 && !asBlock,
        "contiguous = true is for several ports, and count is 1. Ask for more, or leave out contiguous.");
    refuse(
        annotation.handoff().length > 0 && annotation.protocol() == Protocol.UDP,
        "handoff is about TCP, and protocol is UDP. Leave out one of the two.");
    refuse(
        annotation.keep() && request.handoff() == HandoffMode.CLOSE_THEN_BIND,
        "keep = true means a hold beside the server, and handoff = CLOSE_THEN_BIND means none. Leave out one of the two.");
    requireUsable("preferred", annotation.preferred(), request);
    requireUsable("fallback", annotation.fallback(), request);
  }

  /** Refuses a number that is named by one attribute, and ruled out by another one. */
  private static void requireUsable(String attribute, int[] numbers, PortRequest request) {
    for (int number : numbers) {
      refuse(
          request.excludes(number),
          attribute
              + " names "
              + number
              + ", and exclude excludes it. Leave it out in one of the two.");
      refuse(
          number % request.alignment() != 0,
          attribute
              + " names "
              + number
              + ", and alignedTo = "
              + request.alignment()
              + " allows multiples of "
              + request.alignment()
              + " only. Name a multiple, or leave out alignedTo.");
    }
  }

  private static void refuse(boolean isSenseless, String why) {
    if (isSenseless) {
      throw new IllegalArgumentException(why);
    }
  }

  /** Returns whether an annotation leaves all attributes at their defaults. */
  static boolean isPlain(FreePort annotation) {
    for (Method attribute : FreePort.class.getDeclaredMethods()) {
      if (isOfPort(attribute)
          && !Objects.deepEquals(value(attribute, annotation), attribute.getDefaultValue())) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether two annotations describe the same port. */
  static boolean areSame(FreePort one, FreePort other) {
    for (Method attribute : FreePort.class.getDeclaredMethods()) {
      if (isOfPort(attribute)
          && !Objects.deepEquals(value(attribute, one), value(attribute, other))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isOfPort(Method attribute) {
    return !attribute.isSynthetic() && !OTHERS.contains(attribute.getName());
  }

  private static Object value(Method attribute, FreePort annotation) {
    return ReflectionSupport.invokeMethod(attribute, annotation);
  }

  private static final class NumericAddress {

    /** Anything else would be looked up in the network. */
    private static final Pattern PATTERN = Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:.]*:.*");

    static InetAddress parse(String address) {
      try {
        if (PATTERN.matcher(address).matches()) {
          return InetAddress.getByName(address);
        }
      } catch (UnknownHostException e) {
        // the message is below
      }
      throw new IllegalArgumentException(
          "Not a numeric address: \"" + address + "\". Expected one such as 127.0.0.1 or ::1.");
    }
  }
}
