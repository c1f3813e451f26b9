package io.freeport.plan.internal.yaml;

import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A text is YAML, but deeper or longer than anything that is meant for FreePort. */
public final class YamlLimitException extends YamlEngineException {

  private static final long serialVersionUID = 1L;

  private final int line;

  YamlLimitException(String problem, Optional<Mark> where) {
    super(problem);
    this.line = where.map(mark -> mark.getLine() + 1).orElse(1);
  }

  /** Returns the line, from 1. */
  public int line() {
    return line;
  }
}
