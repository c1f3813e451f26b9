package io.freeport.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The architecture of a module. A subclass lists the public types, and the exceptions from the
 * rules with their reasons; an exception that is not needed is a failure, too.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ArchitectureContract {

  private final ProjectModule module;
  private final JavaClasses classes;

  /** Checks the module whose folder or jar has the given class. */
  protected ArchitectureContract(ProjectModule module, Class<?> anyClass) {
    this.module = module;
    this.classes = Architecture.classesBeside(anyClass);
  }

  /** Returns the simple names of the public types, by package. Internal packages are left out. */
  protected abstract Map<String, Set<String>> publicTypes();

  /** Returns whether a package is not meant for users, though its name does not say "internal". */
  protected boolean isOnlyForThisModule(String packageName) {
    return false;
  }

  /** Returns the arrows between packages that may close a cycle. */
  protected Map<String, String> packageArrows() {
    return Map.of();
  }

  /** Returns the arrows between classes of one package that may close a cycle. */
  protected Map<String, String> classArrows() {
    return Map.of();
  }

  /** Returns the public types and members that may have internal types in their signatures. */
  protected Map<String, String> internalsInSignatures() {
    return Map.of();
  }

  @Test
  void packagesAreOfThisModuleOnly() {
    Architecture.packagesBelongTo(module).check(classes);
  }

  @Test
  void dependenciesPointAlongTheArrows() {
    Architecture.dependenciesAreThoseOf(module).check(classes);
  }

  @Test
  void packagesAreFreeOfCycles() {
    check(Architecture::packagesAreFreeOfCycles, packageArrows());
  }

  @Test
  void classesOfAPackageAreFreeOfCycles() {
    Map<String, String> unseen = new TreeMap<>(classArrows());
    for (String name : packages()) {
      Map<String, String> arrows = new TreeMap<>(classArrows());
      arrows.keySet().removeIf(arrow -> !packageOf(arrow).equals(name));
      unseen.keySet().removeAll(arrows.keySet());
      check(Architecture::classesAreFreeOfCycles, arrows, in(name));
    }
    assertThat(unseen).as("exceptions for packages that are not there").isEmpty();
  }

  @Test
  void publicTypesAreTheListedOnes() {
    Map<String, Set<String>> found = Architecture.publicTypes(classes);
    found.keySet().removeIf(this::isOnlyForThisModule);
    assertThat(found).isEqualTo(publicTypes());
  }

  @Test
  void publicSignaturesHaveNoInternalTypes() {
    check(Architecture::signaturesAreFreeOfInternals, internalsInSignatures());
  }

  @Test
  void standardStreamsAreLeftAlone() {
    Architecture.standardStreamsAreLeftAlone().check(classes);
  }

  @Test
  void packagesAreNullMarked() {
    Architecture.packagesAreNullMarked().check(classes);
  }

  /** Checks a rule with its exceptions, and that it needs each of them. */
  protected final void check(
      Function<Map<String, String>, ArchRule> rule, Map<String, String> exceptions) {
    check(rule, exceptions, classes);
  }

  private static void check(
      Function<Map<String, String>, ArchRule> rule,
      Map<String, String> exceptions,
      JavaClasses classes) {
    rule.apply(exceptions).check(classes);
    for (String exception : exceptions.keySet()) {
      Map<String, String> others = new TreeMap<>(exceptions);
      others.remove(exception);
      assertThat(rule.apply(others).evaluate(classes).hasViolation())
          .as("the rule needs the exception %s", exception)
          .isTrue();
    }
  }

  private Set<String> packages() {
    Set<String> names = new TreeSet<>();
    classes.forEach(type -> names.add(type.getPackageName()));
    return names;
  }

  private JavaClasses in(String name) {
    return classes.that(
        DescribedPredicate.describe("in " + name, type -> type.getPackageName().equals(name)));
  }

  private static String packageOf(String arrow) {
    String from = arrow.substring(0, arrow.indexOf(" -> "));
    return from.substring(0, from.lastIndexOf('.'));
  }
}
