package io.freeport.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/** What a command printed with {@code --json}. */
public final class Json {

  private Json() {}

  public static JsonNode parse(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }
}
