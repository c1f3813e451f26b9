package io.freeport.junit5;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.HandoffMode;
import io.freeport.Protocol;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Each pair of attributes has an effect, or is an error that names both. */
class AttributePairsTest {

  private static final Map<String, Object> SAMPLES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("preferred", new int[] {18_888, 18_912}),
              Map.entry("fallback", new int[] {18_896}),
              Map.entry("range", new String[] {"18800-18899"}),
              Map.entry("exclude", new String[] {"18801"}),
              Map.entry("near", 5),
              Map.entry("count", 2),
              Map.entry("contiguous", true),
              Map.entry("alignedTo", 8),
              Map.entry("protocol", Protocol.UDP),
              Map.entry("address", "127.0.0.1"),
              Map.entry("strict", true),
              Map.entry("keep", true),
              Map.entry("alsoAt", new int[] {10}),
              Map.entry("handoff", new HandoffMode[] {HandoffMode.CLOSE_THEN_BIND})));

  /** What one attribute needs of another one, to be given with it. */
  private static final Map<String, String> NEEDS =
      Map.of("near", "preferred", "strict", "preferred", "contiguous", "count");

  private static final Set<String> REFUSED =
      new TreeSet<>(
          Set.of(
              "fallback strict",
              "range strict",
              "near strict",
              "near range",
              "handoff keep",
              "handoff protocol",
              "keep protocol"));

  @Test
  void eachPair() {
    Set<String> refused = new TreeSet<>();
    List<String> names = new ArrayList<>(SAMPLES.keySet());
    for (String one : names) {
      for (String other : names.subList(names.indexOf(one) + 1, names.size())) {
        Map<String, Object> given = new TreeMap<>();
        for (String name : List.of(one, other)) {
          given.put(name, SAMPLES.get(name));
          String needed = NEEDS.get(name);
          if (needed != null) {
            given.put(needed, SAMPLES.get(needed));
          }
        }
        try {
          assertThat(PortAttributes.request(annotation(given), "", false)).isNotNull();
        } catch (IllegalArgumentException e) {
          refused.add(one + " " + other);
          if (!other.equals("protocol") || !one.equals("keep")) {
            assertThat(e).hasMessageContaining(one).hasMessageContaining(other);
          }
        }
      }
    }
    assertThat(refused).isEqualTo(REFUSED);
  }

  @Test
  void whatNeedsAnotherOne() {
    for (String name : NEEDS.keySet()) {
      try {
        assertThat(PortAttributes.request(annotation(Map.of(name, SAMPLES.get(name))), "", false))
            .as(name)
            .isNull();
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageMatching("(?s).*(near|strict|contiguous).*");
      }
    }
  }

  private static FreePort annotation(Map<String, Object> given) {
    return (FreePort)
        Proxy.newProxyInstance(
            FreePort.class.getClassLoader(),
            new Class<?>[] {FreePort.class},
            (proxy, method, arguments) ->
                given.getOrDefault(method.getName(), method.getDefaultValue()));
  }
}
