package com.promptmanage.service.token;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.regex.Pattern;

/**
 * Counts the tokens of a text as a model would. Exact for OpenAI's models, whose vocabularies are public; others are
 * counted with the nearest of them. Thread-safe. A vocabulary is loaded when it is first needed, and whoever needs it
 * waits for that.
 */
public final class TokenCounter {

    /**
     * The longest run without a change between blank and not blank that is counted in one piece. The time to merge a piece
     * grows faster than its length, so that one long word would keep a processor busy. A cut may make two tokens of one.
     */
    static final int PIECE_CHARS_MAX = 256;

    /** The newer of OpenAI's vocabularies: everything since gpt-4o. */
    private static final Pattern O200K =
            Pattern.compile("(gpt-4o|chatgpt-4o|gpt-4\\.[15]|gpt-[5-9]|o[1-9]|gpt-oss|codex)([-.:].*|)");

    private static final Pattern CL100K = Pattern.compile("(gpt-4|gpt-3\\.5|text-embedding-(3|ada-002))(-.*|)");

    private final EncodingRegistry encodings = Encodings.newLazyEncodingRegistry();

    /**
     * @param isApproximate whether the model's own vocabulary is another than the one counted with
     * @param vocabulary the one counted with
     */
    public record Counted(long tokens, boolean isApproximate, String vocabulary) {}

    /** @param model by its bare id, such as {@code gpt-4o-mini} */
    public Counted count(String text, String model) {
        boolean isNewer = O200K.matcher(model).matches();
        EncodingType type = isNewer ? EncodingType.O200K_BASE : EncodingType.CL100K_BASE;
        boolean isApproximate = !isNewer && !CL100K.matcher(model).matches();
        return new Counted(count(text, encodings.getEncoding(type)), isApproximate, type.getName());
    }

    static long count(String text, Encoding encoding) {
        long tokens = 0;
        int pieceStart = 0;
        int runLength = 0;
        boolean isBlankRun = false;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            boolean isBlank = Character.isWhitespace(character);
            if (isBlank != isBlankRun) {
                isBlankRun = isBlank;
                runLength = 0;
            }
            runLength++;
            if (runLength > PIECE_CHARS_MAX && !Character.isLowSurrogate(character)) {
                tokens += encoding.countTokensOrdinary(text.substring(pieceStart, i));
                pieceStart = i;
                runLength = 1;
            }
        }
        return tokens + encoding.countTokensOrdinary(text.substring(pieceStart));
    }
}
