/** Tests that are a module of their own, and open to JUnit, through which FreePort sets fields. */
module io.freeport.examples.modules {
  requires io.freeport;
  requires io.freeport.junit5;
  requires org.jspecify;
  requires org.junit.jupiter.api;

  opens io.freeport.examples.modules to
      org.junit.platform.commons;
}
