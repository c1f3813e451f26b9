import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.gradle.api.Project;
import org.gradle.api.artifacts.dsl.DependencyHandler;
import org.gradle.testfixtures.ProjectBuilder;

/**
 * Writes class paths of tests as Gradle resolves them: FreePort before JUnit (VERSION-first) and
 * after it (VERSION-last).
 *
 * <p>Arguments: the folder to write to, the URL of a repository that has FreePort, versions of
 * JUnit.
 */
final class ResolvesAsGradle {

  private static final String FREEPORT = "io.freeport:freeport-junit5:0.1.0-SNAPSHOT";
  private static final String JUNIT = "org.junit.jupiter:junit-jupiter";

  private final Path folder;
  private final String repository;

  private ResolvesAsGradle(Path folder, String repository) {
    this.folder = folder;
    this.repository = repository;
  }

  public static void main(String[] args) {
    int status = 1;
    try {
      ResolvesAsGradle gradle = new ResolvesAsGradle(Path.of(args[0]).toAbsolutePath(), args[1]);
      for (String version : Arrays.asList(args).subList(2, args.length)) {
        gradle.write(version + "-first", version, List.of(FREEPORT, JUNIT));
        gradle.write(version + "-last", version, List.of(JUNIT, FREEPORT));
      }
      status = 0;
    } catch (Exception e) {
      e.printStackTrace();
    } finally {
      System.exit(status); // threads of Gradle keep the JVM alive
    }
  }

  private void write(String file, String version, List<String> dependencies) throws Exception {
    Project project =
        ProjectBuilder.builder()
            .withProjectDir(Files.createTempDirectory(folder, "project").toFile())
            .withGradleUserHomeDir(folder.resolve("home").toFile())
            .build();
    project.getPluginManager().apply("java");
    project.getRepositories().maven(ours -> ours.setUrl(repository));
    project.getRepositories().mavenCentral();
    DependencyHandler declared = project.getDependencies();
    dependencies.forEach(dependency -> declared.add("testImplementation", dependency));
    declared.add("testImplementation", declared.platform("org.junit:junit-bom:" + version));
    declared.add("testRuntimeOnly", "org.junit.platform:junit-platform-console");
    List<String> files =
        project.getConfigurations().getByName("testRuntimeClasspath").resolve().stream()
            .map(File::getPath)
            .toList();
    Files.writeString(folder.resolve(file), String.join(File.pathSeparator, files));
  }
}
