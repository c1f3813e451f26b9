package io.freeport.cli.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.comments.CommentType;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.scanner.ScannerImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.tokens.CommentToken;
import org.snakeyaml.engine.v2.tokens.Token;

/** The comments of a YAML text, which a change must not remove. */
final class YamlComments {

  private static final LoadSettings SETTINGS =
      LoadSettings.builder().setParseComments(true).build();

  /**
   * A comment.
   *
   * @param line from 1
   * @param text without the {@code #}
   */
  record Comment(int line, String text) {

    @Override
    public String toString() {
      return "line " + line + " has the comment \"#" + text + "\"";
    }
  }

  private YamlComments() {}

  /** Returns the first comment that is in one text and not, or not as often, in another one. */
  static Optional<Comment> lost(String before, String after) {
    List<String> left = new ArrayList<>(of(after).stream().map(Comment::text).toList());
    return of(before).stream().filter(comment -> !left.remove(comment.text())).findFirst();
  }

  /**
   * Returns the comments of a text.
   *
   * @throws org.snakeyaml.engine.v2.exceptions.YamlEngineException if it is not YAML
   */
  static List<Comment> of(String text) {
    List<Comment> comments = new ArrayList<>();
    ScannerImpl tokens = new ScannerImpl(SETTINGS, new StreamReader(SETTINGS, text));
    while (tokens.hasNext()) {
      Token token = tokens.next();
      if (token instanceof CommentToken comment
          && comment.getCommentType() != CommentType.BLANK_LINE) {
        int line = comment.getStartMark().map(Mark::getLine).orElse(0) + 1;
        comments.add(new Comment(line, comment.getValue()));
      }
    }
    return comments;
  }
}
