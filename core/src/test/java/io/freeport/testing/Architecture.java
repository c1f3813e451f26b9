package io.freeport.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The rules that every library module keeps. */
public final class Architecture {

  private static final String CORE = "io.freeport";
  private static final List<String> MODULES =
      List.of(
          "io.freeport.junit5",
          "io.freeport.plan",
          "io.freeport.docker",
          "io.freeport.testcontainers");

  private static final SliceAssignment PACKAGES =
      new SliceAssignment() {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
          return SliceIdentifier.of(type.getPackageName());
        }

        @Override
        public String getDescription() {
          return "packages";
        }
      };

  private Architecture() {}

  /**
   * Checks the main classes of one package and those below it. {@code mayUse} are our packages it
   * may depend on.
   */
  public static void check(String rootPackage, String... mayUse) {
    JavaClasses classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages(rootPackage)
            .that(
                DescribedPredicate.describe(
                    "in " + rootPackage, type -> isIn(rootPackage, type.getPackageName())));
    if (classes.isEmpty()) {
      throw new AssertionError(
          "No classes in " + rootPackage + ": these rules would check nothing");
    }

    String[] allowed = new String[mayUse.length + 1];
    System.arraycopy(mayUse, 0, allowed, 0, mayUse.length);
    allowed[mayUse.length] = rootPackage;
    noClasses()
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are ours and not in " + String.join(", ", allowed),
                type ->
                    type.getPackageName().startsWith("io.freeport")
                        && Stream.of(allowed).noneMatch(name -> isIn(name, type.getPackageName()))))
        .because("dependencies point along the arrows core <- junit5, core <- testcontainers")
        .check(classes);

    // By design, public packages and their internals know each other.
    slices()
        .assignedFrom(PACKAGES)
        .should()
        .beFreeOfCycles()
        .ignoreDependency(
            JavaClass.Predicates.resideInAPackage("..internal.."),
            DescribedPredicate.not(JavaClass.Predicates.resideInAPackage("..internal..")))
        .allowEmptyShould(true)
        .check(classes);
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(classes);
    ArchRuleDefinition.classes().should(beInNullMarkedPackage()).check(classes);
  }

  /** The modules' packages are below that of core, and are not part of it. */
  private static boolean isIn(String rootPackage, String name) {
    boolean below = name.equals(rootPackage) || name.startsWith(rootPackage + ".");
    return below
        && (rootPackage.length() > CORE.length()
            || MODULES.stream().noneMatch(module -> isIn(module, name)));
  }

  private static ArchCondition<JavaClass> beInNullMarkedPackage() {
    return new ArchCondition<>("be in a package that is @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        JavaPackage itsPackage = type.getPackage();
        if (!itsPackage.isAnnotatedWith(NullMarked.class)) {
          events.add(
              SimpleConditionEvent.violated(type, itsPackage.getName() + " is not @NullMarked"));
        }
      }
    };
  }
}
