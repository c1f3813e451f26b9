package io.freeport.junit5.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.freeport.internal.settings.PropertiesSource;
import io.freeport.spi.BeforeTests;
import io.freeport.spi.SettingsSource;
import io.freeport.testing.Warnings;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BeforeFirstTestTest {

  private static final List<String> RAN = new ArrayList<>();

  @TempDir Path directory;

  /** Registers classes as services. */
  private List<String> run(String... classes) throws Exception {
    RAN.clear();
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(services.resolve(BeforeTests.class.getName()), List.of(classes));
    try (URLClassLoader loader =
            new URLClassLoader(new URL[] {directory.toUri().toURL()}, getClass().getClassLoader());
        Warnings warnings = Warnings.record()) {
      Iterator<BeforeTests> preparations = ServiceLoader.load(BeforeTests.class, loader).iterator();
      BeforeFirstTest.runAll(preparations, new PropertiesSource(new Properties()));
      return warnings.messages();
    }
  }

  @Test
  void oneThatFailsDoesNotHideTheOthers() throws Exception {
    assertThat(run(Fails.class.getName(), Succeeds.class.getName()))
        .containsExactly("The tests start without the flood, which failed. Build a dam.");
    assertThat(RAN).containsExactly("Succeeds");
  }

  @Test
  void anInvalidSettingIsNamed() throws Exception {
    assertThat(run(IsMisconfigured.class.getName(), Succeeds.class.getName()))
        .containsExactly("The tests start without the ark. Bad value for freeport.x.");
    assertThat(RAN).containsExactly("Succeeds");
  }

  @Test
  void oneThatIsNotThereDoesNotHideTheOthers() throws Exception {
    assertThat(run("io.freeport.NoSuchClass", Succeeds.class.getName()))
        .singleElement()
        .asString()
        .contains("Cannot load something that is to run before the tests", "the test class path");
    assertThat(RAN).containsExactly("Succeeds");
  }

  @Test
  void aFileThatCannotBeReadDoesNotFailTheTests() throws Exception {
    assertThat(run("no class name"))
        .singleElement()
        .asString()
        .contains("Cannot load something that is to run before the tests");
    assertThat(RAN).isEmpty();
  }

  public abstract static class Preparation implements BeforeTests {
    @Override
    public String description() {
      return "the ark";
    }

    @Override
    public String remedy() {
      return "Build a dam.";
    }
  }

  public static final class Succeeds extends Preparation {
    @Override
    public void run(SettingsSource parameters) {
      RAN.add("Succeeds");
    }
  }

  public static final class Fails extends Preparation {
    @Override
    public void run(SettingsSource parameters) {
      throw new IllegalStateException("on purpose");
    }

    @Override
    public String description() {
      return "the flood";
    }
  }

  public static final class IsMisconfigured extends Preparation {
    @Override
    public void run(SettingsSource parameters) {
      throw new IllegalArgumentException("Bad value for freeport.x.");
    }
  }
}
