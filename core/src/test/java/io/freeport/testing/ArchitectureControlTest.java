package io.freeport.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each of the architecture's rules reports the code that breaks it. */
class ArchitectureControlTest {

  private static final String HOUSE = "io.freeport.testing.brokenhouse";
  private static final String LEFT = HOUSE + ".internal.left";
  private static final String RIGHT = HOUSE + ".internal.right";

  private final JavaClasses house = new ClassFileImporter().importPackages(HOUSE);

  @Test
  void aPackageOfAnotherModuleIsReported() {
    assertThat(violations(Architecture.packagesBelongTo(ProjectModule.DOCKER)))
        .contains(HOUSE + ".Facade is not in the packages of DOCKER");
    assertThat(violations(Architecture.packagesBelongTo(ProjectModule.CORE))).isEmpty();
  }

  @Test
  void aLibraryOfAnotherModuleIsReported() {
    assertThat(violations(Architecture.dependenciesAreThoseOf(ProjectModule.CORE)))
        .singleElement()
        .asString()
        .contains("Facade", "org.junit.jupiter.api.Tag");
  }

  @Test
  void eachModuleMayUseTheOnesBelowIt() {
    assertThat(ProjectModule.CORE.mayUse("io.freeport.internal.hold")).isTrue();
    assertThat(ProjectModule.CORE.mayUse("io.freeport.junit5")).isFalse();
    assertThat(ProjectModule.DOCKER.mayUse("io.freeport.internal.hold")).isTrue();
    assertThat(ProjectModule.DOCKER.mayUse("org.testcontainers.containers")).isFalse();
    assertThat(ProjectModule.DOCKER.mayUse("io.freeport.testcontainers")).isFalse();
    assertThat(ProjectModule.PLAN.mayUse("io.freeport.docker.reaper")).isFalse();
  }

  @Test
  void aCycleOfPackagesIsReported() {
    assertThat(violations(Architecture.packagesAreFreeOfCycles(Map.of())))
        .singleElement()
        .asString()
        .contains("Slice " + LEFT, "Slice " + RIGHT);
    assertThat(
            violations(Architecture.packagesAreFreeOfCycles(Map.of(RIGHT + " -> " + LEFT, "why"))))
        .isEmpty();
  }

  @Test
  void aCycleOfClassesIsReportedThoughOneEndIsNested() {
    assertThat(violations(Architecture.classesAreFreeOfCycles(Map.of())))
        .anySatisfy(
            cycle -> assertThat(cycle).contains("Slice " + HOUSE + ".Facade", HOUSE + ".Helper"));
    assertThat(
            violations(
                Architecture.classesAreFreeOfCycles(
                    Map.of(
                        HOUSE + ".Helper -> " + HOUSE + ".Facade", "why",
                        RIGHT + ".Right -> " + LEFT + ".Left", "why"))))
        .isEmpty();
  }

  @Test
  void aPublicTypeIsListed() {
    assertThat(Architecture.publicTypes(house)).isEqualTo(Map.of(HOUSE, Set.of("Facade")));
  }

  @Test
  void anInternalTypeInAPublicSignatureIsReported() {
    assertThat(violations(Architecture.signaturesAreFreeOfInternals(Map.of())))
        .satisfiesExactlyInAnyOrder(
            inherits -> assertThat(inherits).contains("Facade inherits from"),
            field -> assertThat(field).contains("Facade.field has"),
            generic -> assertThat(generic).contains("Facade.generic() has"),
            parameter -> assertThat(parameter).contains("Facade.parameter("));
    assertThat(
            violations(
                Architecture.signaturesAreFreeOfInternals(
                    Map.of(HOUSE + ".Facade.field", "why", HOUSE + ".Facade", "why"))))
        .hasSize(2);
  }

  @Test
  void anInternalClassThatKnowsHeldPortIsReported() {
    Set<String> types = Set.of("io.freeport.HeldPort");
    assertThat(violations(Architecture.internalsDoNotKnow(types, Map.of())))
        .isNotEmpty()
        .allSatisfy(
            violation -> assertThat(violation).contains("Right.number", "io.freeport.HeldPort"));
    assertThat(
            violations(
                Architecture.internalsDoNotKnow(
                    types, Map.of(RIGHT + ".Right -> io.freeport.HeldPort", "why"))))
        .isEmpty();
  }

  @Test
  void standardStreamsAreReported() {
    assertThat(violations(Architecture.standardStreamsAreLeftAlone()))
        .singleElement()
        .asString()
        .contains("Facade.parameter");
  }

  @Test
  void aPackageThatIsNotNullMarkedIsReported() {
    assertThat(violations(Architecture.packagesAreNullMarked()))
        .containsExactlyInAnyOrder(LEFT + " is not @NullMarked", RIGHT + " is not @NullMarked");
  }

  @Test
  void rulesAboutNothingFail() {
    JavaClasses nothing = new ClassFileImporter().importPackages("io.freeport.nowhere");
    for (ArchRule rule :
        List.of(
            Architecture.packagesBelongTo(ProjectModule.CORE),
            Architecture.dependenciesAreThoseOf(ProjectModule.CORE),
            Architecture.packagesAreFreeOfCycles(Map.of()),
            Architecture.classesAreFreeOfCycles(Map.of()),
            Architecture.internalsDoNotKnow(Set.of(), Map.of()),
            Architecture.signaturesAreFreeOfInternals(Map.of()),
            Architecture.standardStreamsAreLeftAlone(),
            Architecture.packagesAreNullMarked())) {
      assertThat(catchThrowable(() -> rule.check(nothing)))
          .as(rule.getDescription())
          .isInstanceOf(AssertionError.class);
    }
  }

  private List<String> violations(ArchRule rule) {
    return rule.evaluate(house).getFailureReport().getDetails();
  }
}
