package io.freeport.plan.internal.yaml;

import java.util.Optional;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.parser.Parser;

/** Ends the parsing of a text before it fills the stack or the heap of those who build nodes. */
final class LimitedParser implements Parser {

  /** A plan has five levels. */
  private static final int DEEPEST = 50;

  /** Far more than a plan has; aliases of aliases could make a small text a huge one. */
  private static final int MOST_VALUES = 10_000;

  private final Parser parser;
  private int depth;
  private int values;

  LimitedParser(Parser parser) {
    this.parser = parser;
  }

  @Override
  public boolean checkEvent(Event.ID choice) {
    return parser.checkEvent(choice);
  }

  @Override
  public Event peekEvent() {
    return parser.peekEvent();
  }

  @Override
  public boolean hasNext() {
    return parser.hasNext();
  }

  @Override
  public Event next() {
    Event event = parser.next();
    switch (event.getEventId()) {
      case MappingStart, SequenceStart -> {
        checkDepth(++depth, event.getStartMark());
        checkCount(++values, event.getStartMark());
      }
      case MappingEnd, SequenceEnd -> depth--;
      case Scalar, Alias -> checkCount(++values, event.getStartMark());
      default -> {
        // has no value
      }
    }
    return event;
  }

  static void checkDepth(int depth, Optional<Mark> where) {
    if (depth > DEEPEST) {
      throw new YamlLimitException(
          "the values are nested more than "
              + DEEPEST
              + " levels deep. Is a bracket not closed, or an alias within its own anchor?",
          where);
    }
  }

  static void checkCount(int values, Optional<Mark> where) {
    if (values > MOST_VALUES) {
      throw new YamlLimitException(
          "there are more than " + MOST_VALUES + " values. Are there aliases of aliases?", where);
    }
  }
}
