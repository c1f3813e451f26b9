package io.freeport.testing;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.PackageMatchers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The modules of this project, and the code that each may use. */
@SuppressWarnings("ImmutableEnumChecker") // what it has is not changed
public enum ProjectModule {
  CORE("io.freeport", List.of(), "oshi.."),
  JUNIT5("io.freeport.junit5", List.of(CORE), "org.junit..", "org.junitpioneer.."),
  PLAN("io.freeport.plan", List.of(CORE), "org.snakeyaml..", "com.sun.net.httpserver.."),
  DOCKER("io.freeport.docker", List.of(CORE), "com.github.dockerjava.."),
  TESTCONTAINERS(
      "io.freeport.testcontainers",
      List.of(CORE, DOCKER),
      "org.testcontainers..",
      "com.github.dockerjava.."),
  CLI(
      "io.freeport.cli",
      List.of(CORE, PLAN, DOCKER),
      "picocli..",
      "com.github.dockerjava..",
      "com.github.difflib..",
      "com.fasterxml.jackson..",
      "org.jline..",
      "org.snakeyaml..",
      "org.w3c.dom..",
      "org.xml.sax..",
      "oshi..");

  private final String rootPackage;
  private final List<ProjectModule> modules;
  private final PackageMatchers outside;

  ProjectModule(String rootPackage, List<ProjectModule> modules, String... libraries) {
    this.rootPackage = rootPackage;
    this.modules = modules;
    this.outside =
        PackageMatchers.of(
            Stream.concat(
                    Stream.of("java..", "javax..", "jdk..", "org.jspecify.."), Stream.of(libraries))
                .toList());
  }

  /** Returns whether a class is in this module's packages. Those of core enclose the others. */
  boolean owns(JavaClass type) {
    return this == ownerOf(type.getPackageName());
  }

  /** Accepts the classes that this module may use. */
  DescribedPredicate<JavaClass> allowed() {
    return DescribedPredicate.describe(
        "are allowed for " + this,
        type ->
            type.getBaseComponentType().isPrimitive()
                || mayUse(type.getBaseComponentType().getPackageName()));
  }

  /** Returns whether this module may use a package. */
  boolean mayUse(String name) {
    ProjectModule owner = ownerOf(name);
    return owner == null ? outside.test(name) : owner == this || modules.contains(owner);
  }

  private static @Nullable ProjectModule ownerOf(String name) {
    return Arrays.stream(values())
        .filter(module -> (name + ".").startsWith(module.rootPackage + "."))
        .max((one, other) -> one.rootPackage.length() - other.rootPackage.length())
        .orElse(null);
  }
}
