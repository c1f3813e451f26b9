package io.freeport.junit5;

import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;

/** Answers what FreePort asks JUnit's contexts. */
final class Contexts {

  private static final Namespace NAMESPACE = Namespace.create(FreePort.class);

  private Contexts() {}

  /** Returns FreePort's store in a context. It also finds what the contexts around it have. */
  static Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  /** Returns the context of the class that a test belongs to. */
  static ExtensionContext classOf(ExtensionContext context) {
    ExtensionContext result = context;
    while (result.getTestMethod().isPresent() && result.getParent().isPresent()) {
      result = result.getParent().get();
    }
    return result;
  }

  /** Returns whether all tests of the class have the same instance. */
  static boolean isPerClass(ExtensionContext context) {
    return context.getTestInstanceLifecycle().orElse(null) == Lifecycle.PER_CLASS;
  }

  /** Returns the name of the test or class, as it is used in messages. */
  static String nameOf(ExtensionContext context) {
    Class<?> type = context.getTestClass().orElse(null);
    String name = type == null ? "all tests of this run" : type.getSimpleName();
    return context.getTestMethod().isPresent()
        ? name + "." + context.getTestMethod().get().getName() + "()"
        : name;
  }
}
