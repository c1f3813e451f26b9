package io.freeport.junit5;

import io.freeport.PortRange;
import io.freeport.PortRequest;
import io.freeport.Protocol;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** What an annotation says about the port itself: everything but its name, scope and form. */
record PortAttributes(
    List<Integer> preferred,
    List<Integer> fallback,
    List<String> ranges,
    List<String> excluded,
    int near,
    int count,
    boolean contiguous,
    int alignment,
    Protocol protocol,
    String address,
    boolean strict,
    boolean kept) {

  /** What it is if nothing is said. */
  private static final PortAttributes PLAIN =
      new PortAttributes(
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          -1,
          1,
          false,
          1,
          Protocol.TCP,
          "",
          false,
          false);

  /** Anything else would be looked up in the network. */
  private static final Pattern NUMERIC_ADDRESS = Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:.]*:.*");

  static PortAttributes of(FreePort annotation) {
    return new PortAttributes(
        Arrays.stream(annotation.preferred()).boxed().toList(),
        Arrays.stream(annotation.fallback()).boxed().toList(),
        List.of(annotation.range()),
        List.of(annotation.exclude()),
        annotation.near(),
        annotation.count(),
        annotation.contiguous(),
        annotation.alignedTo(),
        annotation.protocol(),
        annotation.address(),
        annotation.strict(),
        annotation.keep());
  }

  /** A record's own equals is linked when it is first called, which takes longer than a test. */
  boolean isPlain() {
    return all().equals(PLAIN.all());
  }

  private List<Object> all() {
    return List.of(
        preferred,
        fallback,
        ranges,
        excluded,
        near,
        count,
        contiguous,
        alignment,
        protocol,
        address,
        strict,
        kept);
  }

  /**
   * Returns the request.
   *
   * @throws IllegalArgumentException if the attributes make no sense
   */
  PortRequest request(String name, String usedBy, boolean asBlock) {
    PortRequest.Builder request =
        PortRequest.named(name)
            .usedBy(usedBy)
            .preferred(preferred.stream().mapToInt(Integer::intValue).toArray())
            .fallback(fallback.stream().mapToInt(Integer::intValue).toArray())
            .count(count)
            .alignedTo(alignment)
            .protocol(protocol);
    for (String range : ranges) {
      PortRange parsed = PortRange.parse(range);
      request.range(parsed.first(), parsed.last());
    }
    excluded.forEach(range -> request.exclude(PortRange.parse(range)));
    if (near != PLAIN.near) {
      request.near(near);
    }
    if (contiguous || asBlock) {
      request.contiguous();
    }
    if (!address.isEmpty()) {
      request.address(parsedAddress());
    }
    if (strict) {
      request.strict();
    }
    if (kept) {
      request.keep();
    }
    return request.build();
  }

  private InetAddress parsedAddress() {
    try {
      if (NUMERIC_ADDRESS.matcher(address).matches()) {
        return InetAddress.getByName(address);
      }
    } catch (UnknownHostException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "Not a numeric address: \"" + address + "\". Expected one such as 127.0.0.1 or ::1.");
  }
}
