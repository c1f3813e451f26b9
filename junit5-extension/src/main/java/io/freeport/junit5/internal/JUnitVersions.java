package io.freeport.junit5.internal;

import java.lang.System.Logger.Level;
import java.lang.module.ModuleDescriptor;
import java.security.CodeSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.JUnitException;

/**
 * Checks that Jupiter's API and engine have one version. Build tools mix them if one library brings
 * the one part and another library the other, and then tests fail with errors such as
 * NoClassDefFoundError.
 */
final class JUnitVersions {

  private static final String REMEDY =
      " Give all parts of JUnit one version. Maven: import org.junit:junit-bom in <dependencyManagement>, before other BOMs;"
          + " if a parent POM manages JUnit, change the version there (Spring Boot: <junit-jupiter.version>)."
          + " mvn dependency:tree -Dincludes=org.junit.* shows what brings each part."
          + " Gradle: testImplementation(platform(\"org.junit:junit-bom:VERSION\")).";

  private JUnitVersions() {}

  /**
   * Logs a warning if the versions differ. Says nothing if one of them is unknown.
   *
   * @throws JUnitException if the engine cannot work with this API
   */
  static void check() {
    Class<?> api = find("org.junit.jupiter.api.Test");
    Class<?> engine = find("org.junit.jupiter.engine.JupiterTestEngine");
    if (api == null || engine == null) {
      return;
    }
    String ofApi = versionOf(api);
    String ofEngine = versionOf(engine);
    if (ofApi == null || ofEngine == null || ofApi.equals(ofEngine)) {
      return;
    }
    String text =
        "JUnit's parts have different versions: junit-jupiter-api is "
            + ofApi
            + sourceOf(api)
            + ", junit-jupiter-engine is "
            + ofEngine
            + sourceOf(engine)
            + ".";
    if (Different.mayFit(ofApi, ofEngine)) {
      Different.warnOnce(text + REMEDY);
      return;
    }
    JUnitException error =
        new JUnitException(text + " They do not fit together, so no test can run." + REMEDY);
    error.setStackTrace(new StackTraceElement[0]); // it would hide the text
    throw error;
  }

  private static @Nullable Class<?> find(String name) {
    try {
      return Class.forName(name, false, JUnitVersions.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return null;
    }
  }

  private static @Nullable String versionOf(Class<?> type) {
    ModuleDescriptor module = type.getModule().getDescriptor();
    String version =
        module == null
            ? type.getPackage().getImplementationVersion()
            : module.rawVersion().orElse(null);
    // The one jar of JUnit 5 that has everything gives Jupiter the version of the platform.
    return version != null && version.startsWith("1.") ? "5." + version.substring(2) : version;
  }

  private static String sourceOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? ""
        : " (" + source.getLocation().getPath() + ")";
  }

  /** Loaded only if they differ. */
  private static final class Different {
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\.");
    private static boolean warned; // guarded by the class

    /**
     * An engine calls what is new in its version of the API, and nothing that an older one has
     * dropped. Versions that are no numbers may fit.
     */
    static boolean mayFit(String api, String engine) {
      Matcher ofApi = NUMBERS.matcher(api);
      Matcher ofEngine = NUMBERS.matcher(engine);
      return !ofApi.lookingAt()
          || !ofEngine.lookingAt()
          || (ofApi.group(1).equals(ofEngine.group(1))
              && Integer.parseInt(ofApi.group(2)) >= Integer.parseInt(ofEngine.group(2)));
    }

    static synchronized void warnOnce(String text) {
      if (!warned) {
        warned = true;
        Summary.logger().log(Level.WARNING, text);
      }
    }
  }
}
