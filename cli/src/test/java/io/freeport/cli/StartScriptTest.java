package io.freeport.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freeport.cli.terminal.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartScriptTest {

  @TempDir private Path folder;

  private CliProcess version(Path script, Map<String, String> environment) throws IOException {
    return CliProcess.start(List.of(script.toString(), "--version"), environment, folder);
  }

  private List<String> archives() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("cache/freeport"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Through a link as well, they agree on one archive; a changed jar gets another one. */
  @Test
  void keepsOneArchiveForManyFirstStarts() throws Exception {
    Path jar = Files.copy(CliProcess.jar(), folder.resolve("freeport.jar"));
    Path script = Files.copy(Path.of(CliProcess.command().get(0)), folder.resolve("freeport"));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("freeport"));
    Map<String, String> environment = Map.of("XDG_CACHE_HOME", folder.resolve("cache").toString());

    List<CliProcess> starts = new ArrayList<>();
    for (Path way : List.of(script, link, script, link, script, link)) {
      starts.add(version(way, environment));
    }
    for (CliProcess start : starts) {
      try (start) {
        CliProcess.Result result = start.await();
        assertThat(result.status()).isZero();
        assertThat(result.out()).startsWith("freeport 0.").contains("Java ");
        assertThat(result.err()).isEmpty();
      }
    }
    List<String> first = archives();
    assertThat(first).hasSize(1).allMatch(name -> name.endsWith(".jsa"));
    assertThat(Files.size(folder.resolve("cache/freeport").resolve(first.get(0)))).isPositive();

    Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(3600)));
    try (CliProcess start = version(script, environment)) {
      assertThat(start.await().status()).isZero();
    }
    assertThat(archives()).hasSize(1).doesNotContainAnyElementsOf(first);
  }

  /**
   * While the first start still makes its archive, a second one begins, is done, and uses its own.
   * A Java that opens that one must not find another under its name later on.
   */
  @Test
  void keepsTheArchiveOfTheStartThatIsDoneFirst() throws Exception {
    Path script = Path.of(CliProcess.command().get(0));
    Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
    Files.writeString(
        java,
        """
        #!/bin/sh
        case "$*" in *ArchiveClassesAtExit*)
          if [ -z "$SECOND" ]; then
            SECOND=yes "$SCRIPT" --version >/dev/null
            ls -i "$XDG_CACHE_HOME/freeport" >"$SEEN"
          fi
        esac
        exec "$REAL_JAVA" "$@"
        """);
    Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path seen = folder.resolve("seen");
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME", folder.resolve("jdk").toString(),
            "REAL_JAVA", Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "XDG_CACHE_HOME", folder.resolve("cache").toString(),
            "SCRIPT", script.toString(),
            "SEEN", seen.toString());

    try (CliProcess first = version(script, environment)) {
      CliProcess.Result result = first.await();
      assertThat(result.status()).isZero();
      assertThat(result.err()).isEmpty();
    }
    Path archive = folder.resolve("cache/freeport").resolve(archives().get(0));
    assertThat(archives()).hasSize(1);
    assertThat(Files.readString(seen).strip())
        .isEqualTo(Files.getAttribute(archive, "unix:ino") + " " + archive.getFileName());
  }

  /** As an archive is that another Java wrote, or that lost its end. */
  @Test
  void saysNothingOfAnArchiveThatDoesNotFit() throws Exception {
    Path script = Path.of(CliProcess.command().get(0));
    Map<String, String> environment = Map.of("XDG_CACHE_HOME", folder.resolve("cache").toString());
    try (CliProcess first = version(script, environment)) {
      assertThat(first.await().status()).isZero();
    }
    Path archive = folder.resolve("cache/freeport").resolve(archives().get(0));
    Files.writeString(archive, "not an archive");

    try (CliProcess start = version(script, environment)) {
      CliProcess.Result result = start.await();
      assertThat(result.status()).isZero();
      assertThat(result.out()).startsWith("freeport 0.");
      assertThat(result.err()).isEmpty();
    }
    assertThat(archive).hasContent("not an archive");
  }

  @Test
  void worksWithoutACache() throws Exception {
    Path file = Files.createFile(folder.resolve("not-a-folder"));
    try (CliProcess start =
        version(Path.of(CliProcess.command().get(0)), Map.of("XDG_CACHE_HOME", file.toString()))) {
      CliProcess.Result result = start.await();
      assertThat(result.status()).isZero();
      assertThat(result.err()).isEmpty();
    }
  }

  @Test
  void saysThatThereIsNoJava() throws Exception {
    try (CliProcess start =
        version(Path.of(CliProcess.command().get(0)), Map.of("JAVA_HOME", folder.toString()))) {
      CliProcess.Result result = start.await();
      assertThat(result.status()).isEqualTo(ExitStatus.FAILED);
      assertThat(result.err())
          .isEqualTo(
              "freeport: no Java in "
                  + folder.resolve("bin/java")
                  + ". Install a JDK or JRE, 17 or later, or set JAVA_HOME to its folder.\n");
    }
  }

  @Test
  void completesInBash() throws Exception {
    Path bash = Path.of("/bin/bash");
    assumeTrue(Files.isExecutable(bash), "there is no bash");
    String script =
        """
        freeport=$1
        source <("$freeport" completion bash)
        compopt() { :; } # bash lets nobody call it but itself, while it completes
        COMP_WORDS=(freeport ki) COMP_CWORD=1
        _complete_freeport
        echo "${COMPREPLY[@]}"
        COMP_WORDS=(freeport kill --gr) COMP_CWORD=2
        _complete_freeport
        echo "${COMPREPLY[@]}"
        complete -p freeport
        """;
    try (CliProcess start =
        CliProcess.start(
            List.of(bash.toString(), "-c", script, "bash", CliProcess.command().get(0)),
            Map.of(),
            folder)) {
      CliProcess.Result result = start.await();
      assertThat(result.err()).isEmpty();
      assertThat(result.out().lines().toList())
          .satisfiesExactly(
              command -> assertThat(command).isEqualTo("kill"),
              option -> assertThat(option).isEqualTo("--grace"),
              registered -> assertThat(registered).contains("_complete_freeport freeport"));
    }
  }
}
