package io.freeport.cli.doctor;

import io.freeport.internal.os.SmallFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * What the pom of a module, and its parents' as far as they are on this disk, say about plugins and
 * dependencies. Profiles, and parents that only a repository has, are not looked at.
 */
final class MavenModule {

  /** Java's DOM is read by recursion. */
  private static final int DEEPEST = 200;

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]+)}");
  private static final int MOST_PARENTS = 20;

  /** The module itself first, then its parent, and so on. */
  private final List<Element> poms;

  private MavenModule(List<Element> poms) {
    this.poms = poms;
  }

  /**
   * Reads the pom of a folder.
   *
   * @return nothing if there is none
   * @throws IOException if it cannot be read, or is not XML
   */
  static Optional<MavenModule> in(Path folder) throws IOException {
    List<Element> poms = new ArrayList<>();
    Path pom = folder.resolve("pom.xml").toAbsolutePath().normalize();
    while (pom != null && Files.isRegularFile(pom) && poms.size() < MOST_PARENTS) {
      Element project = parse(pom);
      if (!poms.isEmpty() && !isParent(project, poms.get(poms.size() - 1))) {
        break;
      }
      poms.add(project);
      pom = parentOf(project, pom);
    }
    return poms.isEmpty() ? Optional.empty() : Optional.of(new MavenModule(poms));
  }

  /** A pom comes from anybody's repository: it gets nothing from other files, nor the network. */
  private static Element parse(Path pom) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
      factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
      factory.setAttribute("http://www.oracle.com/xml/jaxp/properties/maxElementDepth", DEEPEST);
      factory.setXIncludeAware(false);
      factory.setExpandEntityReferences(false);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(new Strict());
      return builder.parse(new ByteArrayInputStream(SmallFile.bytes(pom))).getDocumentElement();
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(pom + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The default one prints to standard error. */
  private static final class Strict implements ErrorHandler {
    @Override
    public void warning(SAXParseException e) {}

    @Override
    public void error(SAXParseException e) throws SAXException {
      throw e;
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXException {
      throw e;
    }
  }

  private static @Nullable Path parentOf(Element project, Path pom) {
    Optional<Element> parent = child(project, "parent");
    if (parent.isEmpty()) {
      return null;
    }
    String relative =
        child(parent.get(), "relativePath").map(MavenModule::text).orElse("../pom.xml");
    if (relative.isEmpty()) {
      return null;
    }
    Path path = pom.resolveSibling(relative).normalize();
    return Files.isDirectory(path) ? path.resolve("pom.xml") : path;
  }

  /** In the folder above there may be anything. */
  private static boolean isParent(Element candidate, Element module) {
    Optional<String> wanted =
        child(module, "parent")
            .flatMap(parent -> child(parent, "artifactId"))
            .map(MavenModule::text);
    return wanted.isPresent()
        && wanted.equals(child(candidate, "artifactId").map(MavenModule::text));
  }

  /**
   * Returns a parameter of a plugin, or the property by which it can be set; the nearest counts.
   */
  Optional<String> parameter(String plugin, String name, String property) {
    for (Element pom : poms) {
      Optional<String> value =
          configurations(pom, plugin).stream()
              .flatMap(configuration -> child(configuration, name).stream())
              .map(MavenModule::text)
              .findFirst();
      if (value.isPresent()) {
        return value.map(this::resolved);
      }
    }
    return property(property).map(this::resolved);
  }

  /** Returns the system properties that a plugin gives to tests. */
  Map<String, String> systemProperties(String plugin) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Element pom : poms) {
      for (Element configuration : configurations(pom, plugin)) {
        child(configuration, "systemPropertyVariables")
            .ifPresent(
                variables ->
                    children(variables)
                        .forEach(one -> all.putIfAbsent(one.getTagName(), resolved(text(one)))));
      }
    }
    return all;
  }

  /**
   * Returns JUnit's configuration parameters that a plugin gives to tests; the nearest ones count.
   */
  Map<String, String> configurationParameters(String plugin) {
    Properties properties = new Properties();
    poms.stream()
        .flatMap(pom -> configurations(pom, plugin).stream())
        .flatMap(configuration -> child(configuration, "properties").stream())
        .flatMap(all -> child(all, "configurationParameters").stream())
        .findFirst()
        .ifPresent(lines -> load(properties, resolved(text(lines))));
    Map<String, String> parameters = new LinkedHashMap<>();
    properties
        .stringPropertyNames()
        .forEach(name -> parameters.put(name, properties.getProperty(name)));
    return parameters;
  }

  /** What Surefire cannot read either, its own run will tell. */
  private static void load(Properties properties, String lines) {
    try {
      properties.load(new StringReader(lines));
    } catch (IOException | IllegalArgumentException e) {
      properties.clear();
    }
  }

  /** Returns whether the pom, or a parent, configures a plugin. */
  boolean has(String plugin) {
    return poms.stream().anyMatch(pom -> !configurations(pom, plugin).isEmpty());
  }

  /** Returns whether a dependency of the pom, or of a parent, has a word in its name. */
  boolean dependsOn(String word) {
    return poms.stream()
        .flatMap(pom -> child(pom, "dependencies").stream())
        .flatMap(dependencies -> children(dependencies).stream())
        .flatMap(dependency -> children(dependency).stream())
        .anyMatch(part -> part.getTagName().endsWith("Id") && text(part).contains(word));
  }

  private Optional<String> property(String name) {
    return poms.stream()
        .flatMap(pom -> child(pom, "properties").stream())
        .flatMap(properties -> child(properties, name).stream())
        .map(MavenModule::text)
        .findFirst();
  }

  /** What is of a parent's parent, or of a profile, stays as it is written. */
  private String resolved(String value) {
    Map<String, String> known = new HashMap<>();
    Matcher matcher = PLACEHOLDER.matcher(value);
    while (matcher.find()) {
      property(matcher.group(1)).ifPresent(found -> known.put(matcher.group(1), found));
    }
    return PLACEHOLDER
        .matcher(value)
        .replaceAll(
            found -> Matcher.quoteReplacement(known.getOrDefault(found.group(1), found.group())));
  }

  /** What is configured for all executions, and for each of them; also what is managed. */
  private static List<Element> configurations(Element project, String artifactId) {
    List<Element> configurations = new ArrayList<>();
    Optional<Element> build = child(project, "build");
    List<Element> plugins = new ArrayList<>();
    build.flatMap(it -> child(it, "plugins")).ifPresent(it -> plugins.addAll(children(it)));
    build
        .flatMap(it -> child(it, "pluginManagement"))
        .flatMap(it -> child(it, "plugins"))
        .ifPresent(it -> plugins.addAll(children(it)));
    for (Element plugin : plugins) {
      if (child(plugin, "artifactId").map(MavenModule::text).equals(Optional.of(artifactId))) {
        child(plugin, "configuration").ifPresent(configurations::add);
        child(plugin, "executions").stream()
            .flatMap(executions -> children(executions).stream())
            .flatMap(execution -> child(execution, "configuration").stream())
            .forEach(configurations::add);
      }
    }
    return configurations;
  }

  private static Optional<Element> child(Element parent, String name) {
    return children(parent).stream().filter(child -> child.getTagName().equals(name)).findFirst();
  }

  private static List<Element> children(Element parent) {
    NodeList nodes = parent.getChildNodes();
    return IntStream.range(0, nodes.getLength())
        .mapToObj(nodes::item)
        .filter(node -> node.getNodeType() == Node.ELEMENT_NODE)
        .map(Element.class::cast)
        .toList();
  }

  private static String text(Element element) {
    return element.getTextContent().strip();
  }
}
