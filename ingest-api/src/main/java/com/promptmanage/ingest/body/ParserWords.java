package com.promptmanage.ingest.body;

import com.fasterxml.jackson.core.JacksonException;
import com.promptmanage.ingest.normalize.Excerpt;
import java.io.IOException;
import java.util.regex.Pattern;

/** What the parser says of a body, for its sender: without its advice to set the parser differently. */
final class ParserWords {

    private static final Pattern ADVICE =
            Pattern.compile(": (?:enable|not allowed) .*|, from `[^`]*`| \\((?:bound|not recognized) as [^)]*\\)");

    private static final Pattern NO_NUMBER = Pattern.compile("Non-standard token '([^']*)'");

    private ParserWords() {}

    static String of(IOException problem) {
        String message = problem instanceof JacksonException known ? known.getOriginalMessage() : problem.getMessage();
        if (message == null) {
            return "it cannot be read";
        }
        String said = ADVICE.matcher(message.lines().findFirst().orElse("")).replaceAll("");
        return Excerpt.of(NO_NUMBER.matcher(said).replaceAll("there is no number '$1' in JSON"));
    }
}
