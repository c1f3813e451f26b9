package io.freeport.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The rules of this project's structure. {@link ArchitectureContract} applies them to a module, and
 * {@code ArchitectureControlTest} to code that breaks them.
 *
 * <p>Rules that take a map have exceptions: its keys are what they let pass, its values the
 * reasons. An arrow from one package or class to another is written as "from -> to".
 */
public final class Architecture {

  private static final DescribedPredicate<JavaClass> INTERNAL = resideInAPackage("..internal..");

  /** The command line has no Java API beside its main class, so all packages below are internal. */
  private static final DescribedPredicate<JavaClass> ROOM_OF_CLI =
      resideInAPackage("io.freeport.cli.*..");

  private Architecture() {}

  /** Returns the classes in the folder or jar of the given one. */
  static JavaClasses classesBeside(Class<?> type) {
    JavaClasses classes =
        new ClassFileImporter().importUrl(type.getProtectionDomain().getCodeSource().getLocation());
    if (classes.isEmpty()) {
      throw new AssertionError("No classes beside " + type + ": the rules would check nothing");
    }
    return classes;
  }

  static ArchRule packagesBelongTo(ProjectModule module) {
    return classes()
        .should(
            eachOf(
                "be in the packages of " + module,
                type ->
                    module.owns(type)
                        ? Stream.of()
                        : Stream.of(type.getName() + " is not in the packages of " + module)));
  }

  static ArchRule dependenciesAreThoseOf(ProjectModule module) {
    return classes().should().onlyDependOnClassesThat(module.allowed());
  }

  static ArchRule packagesAreFreeOfCycles(Map<String, String> exceptions) {
    return freeOfCycles("packages", JavaClass::getPackageName, exceptions);
  }

  /** For the classes of one package. A nested class belongs to its outermost class. */
  static ArchRule classesAreFreeOfCycles(Map<String, String> exceptions) {
    return freeOfCycles("classes", Architecture::outermostName, exceptions);
  }

  private static SliceRule freeOfCycles(
      String description, Function<JavaClass, String> nameOf, Map<String, String> exceptions) {
    SliceRule rule =
        slices()
            .assignedFrom(
                new SliceAssignment() {
                  @Override
                  public SliceIdentifier getIdentifierOf(JavaClass type) {
                    return SliceIdentifier.of(nameOf.apply(type));
                  }

                  @Override
                  public String getDescription() {
                    return description;
                  }
                })
            .should()
            .beFreeOfCycles();
    for (String arrow : exceptions.keySet()) {
      String[] ends = arrow.split(" -> ", 2);
      rule = rule.ignoreDependency(named(nameOf, ends[0]), named(nameOf, ends[1]));
    }
    return rule;
  }

  private static DescribedPredicate<JavaClass> named(
      Function<JavaClass, String> nameOf, String name) {
    return DescribedPredicate.describe(name, type -> nameOf.apply(type).equals(name));
  }

  /** For classes of internal packages, which should not know the given types. */
  public static ArchRule internalsDoNotKnow(Set<String> types, Map<String, String> exceptions) {
    return classes()
        .that(INTERNAL)
        .should(
            eachOf(
                "not know " + types,
                type ->
                    type.getDirectDependenciesFromSelf().stream()
                        .filter(known -> types.contains(outermostName(known.getTargetClass())))
                        .filter(known -> !exceptions.containsKey(arrow(known)))
                        .map(Dependency::getDescription)));
  }

  /** The exceptions are full names of classes and their members. */
  static ArchRule signaturesAreFreeOfInternals(Map<String, String> exceptions) {
    return classes()
        .that(isPublicApi())
        .should(
            eachOf(
                "have no internal type in their signatures",
                type ->
                    Stream.concat(
                        inherited(type)
                            .filter(used -> !exceptions.containsKey(type.getName()))
                            .map(used -> type.getName() + " inherits from " + used.getName()),
                        type.getMembers().stream()
                            .filter(Architecture::isVisible)
                            .filter(member -> !exceptions.containsKey(member.getFullName()))
                            .flatMap(
                                member ->
                                    signatureOf(member)
                                        .filter(INTERNAL)
                                        .map(
                                            used ->
                                                member.getFullName()
                                                    + " has "
                                                    + used.getName())))));
  }

  private static Stream<JavaClass> inherited(JavaClass type) {
    return Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream())
        .flatMap(parent -> parent.getAllInvolvedRawTypes().stream())
        .filter(INTERNAL);
  }

  private static Stream<JavaClass> signatureOf(JavaMember member) {
    Stream<JavaClass> types = member.getAllInvolvedRawTypes().stream();
    return member instanceof JavaCodeUnit code
        ? Stream.concat(types, code.getExceptionTypes().stream())
        : types;
  }

  /** Returns the simple names of the public types of each package that is not internal. */
  static Map<String, Set<String>> publicTypes(JavaClasses classes) {
    Map<String, Set<String>> names = new TreeMap<>();
    for (JavaClass type : classes) {
      if (type.isTopLevelClass() && isPublicApi().test(type)) {
        names
            .computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
            .add(type.getSimpleName());
      }
    }
    return names;
  }

  static ArchRule standardStreamsAreLeftAlone() {
    return NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
  }

  static ArchRule packagesAreNullMarked() {
    return classes()
        .should(
            eachOf(
                "be in a package that is @NullMarked",
                type ->
                    type.getPackage().isAnnotatedWith(NullMarked.class)
                        ? Stream.of()
                        : Stream.of(type.getPackageName() + " is not @NullMarked")));
  }

  private static DescribedPredicate<JavaClass> isPublicApi() {
    return DescribedPredicate.describe(
        "are public API",
        type -> {
          JavaClass outer = type;
          while (isVisible(outer) && outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
          }
          return isVisible(outer) && !INTERNAL.test(type) && !ROOM_OF_CLI.test(type);
        });
  }

  private static boolean isVisible(HasModifiers element) {
    return element.getModifiers().contains(JavaModifier.PUBLIC)
        || element.getModifiers().contains(JavaModifier.PROTECTED);
  }

  private static String arrow(Dependency dependency) {
    return outermostName(dependency.getOriginClass())
        + " -> "
        + outermostName(dependency.getTargetClass());
  }

  private static String outermostName(JavaClass type) {
    String name = type.getBaseComponentType().getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  private static ArchCondition<JavaClass> eachOf(
      String description, Function<JavaClass, Stream<String>> violations) {
    return new ArchCondition<>(description) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        violations
            .apply(type)
            .forEach(violation -> events.add(SimpleConditionEvent.violated(type, violation)));
      }
    };
  }
}
