package io.freeport.junit5;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Test classes that are compiled while the tests run: those that differ in one word only, and those
 * that need a later JUnit than this module is compiled with.
 */
final class CompiledFixtures {

  private final URLClassLoader loader;

  private CompiledFixtures(URLClassLoader loader) {
    this.loader = loader;
  }

  /** Compiles sources, by the simple names of their classes, into a directory. */
  static CompiledFixtures compile(Map<String, String> sources, Path directory) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> files = sources.entrySet().stream().map(CompiledFixtures::file).toList();
    StringWriter output = new StringWriter();
    boolean compiled =
        compiler
            .getTask(
                output,
                null,
                null,
                List.of(
                    "-d",
                    directory.toString(),
                    "-proc:none",
                    "-parameters",
                    "-classpath",
                    System.getProperty("java.class.path")),
                null,
                files)
            .call();
    if (!compiled) {
      throw new AssertionError(output);
    }
    try {
      return new CompiledFixtures(
          new URLClassLoader(
              new URL[] {directory.toUri().toURL()}, CompiledFixtures.class.getClassLoader()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Class<?> load(String name) {
    try {
      return loader.loadClass(name);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static JavaFileObject file(Map.Entry<String, String> source) {
    return new SimpleJavaFileObject(
        URI.create("string:///" + source.getKey() + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return source.getValue();
      }
    };
  }
}
