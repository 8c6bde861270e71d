package com.promptmanage.ingest.gateway;

import com.promptmanage.ingest.admission.Named;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.normalize.Excerpt;
import com.promptmanage.ingest.normalize.Labels;
import com.promptmanage.ingest.normalize.Texts;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.usage.TokenUsage;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whose call it is and what it belongs to, as its headers say. They are ours and go no further.
 *
 * @param apiKeyId null for a person
 */
record Attribution(
        Payer payer,
        @Nullable String apiKeyId,
        @Nullable String conversationId,
        @Nullable String workflowId,
        @Nullable String promptId,
        Map<String, String> tags) {

    /** What all our headers begin with, in lower case. */
    static final String PREFIX = "prompt-manage-";

    private static final String TAGS = "Tags";

    /** What may be said with a call. */
    private static final List<String> SAID =
            List.of("User", "Team", "Tags", "Conversation", "Workflow", "Prompt", "Provider-Key");

    /** What our own pages and clients say with every request, whatever it is about. */
    private static final Set<String> SAID_OF_ANYTHING = Set.of("prompt-manage-after", "prompt-manage-person");

    private static final Set<String> KNOWN = Stream.concat(
                    SAID.stream().map(name -> PREFIX + name.toLowerCase(Locale.ROOT)), SAID_OF_ANYTHING.stream())
            .collect(Collectors.toUnmodifiableSet());

    /**
     * @param endUser whom the request names to the provider: a user within the account, never one that pays
     * @throws ProblemException 400 if a header holds what cannot be, 403 if the caller may not send for whom it names
     */
    static Attribution of(Context ctx, Caller caller, @Nullable String endUser) {
        requireKnown(ctx);
        String team = header(ctx, "Team");
        String user = header(ctx, "User");
        Payer payer = team == null && user == null
                ? Payer.ofLabels(caller, null, endUser)
                : Payer.of(caller, new Named(team, user, endUser));
        if (!payer.isAllowedFor(caller)) {
            throw ProblemException.forbidden(payer.refusal());
        }
        return new Attribution(
                payer,
                caller instanceof Caller.Key key ? key.keyId() : null,
                header(ctx, "Conversation"),
                header(ctx, "Workflow"),
                header(ctx, "Prompt"),
                tags(ctx, payer));
    }

    /** One that is misspelled would be missing in what is counted. */
    private static void requireKnown(Context ctx) {
        for (String name : Collections.list(ctx.req().getHeaderNames())) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (lower.startsWith(PREFIX) && !KNOWN.contains(lower)) {
                throw ProblemException.invalid(
                        Excerpt.of(name),
                        "is not known",
                        "Of headers that begin so, send Prompt-Manage- with one of %s behind it."
                                .formatted(String.join(", ", SAID)));
            }
        }
    }

    private static Map<String, String> tags(Context ctx, Payer payer) {
        var labels = new Labels();
        for (String told : said(ctx, TAGS)) {
            for (String tag : told.split(",", -1)) {
                if (!tag.isBlank()) {
                    add(tag, labels);
                }
            }
        }
        labels.put("enduser", payer.endUser());
        return new TreeMap<>(labels.tags());
    }

    /** What were left out without a word would be missing in what is counted, and a budget of that tag would not hold. */
    private static void add(String tag, Labels labels) {
        int equals = tag.indexOf('=');
        String name = tag.substring(0, Math.max(0, equals)).strip();
        String value = tag.substring(equals + 1).strip();
        if (!Texts.isId(name) || !Texts.isId(value)) {
            throw invalid(
                    TAGS,
                    "has what is no tag: " + Excerpt.of(tag.strip()),
                    "Send name=value, each of 1 to 256 characters, none a control character, with commas between them.");
        }
        if (name.equals(CallRecord.ESTIMATED)) {
            throw invalid(
                    TAGS,
                    "has a tag that is ours: " + name,
                    "Leave it out: it is there where tokens had to be estimated.");
        }
        labels.put(name, value);
        String kept = labels.tags().get(name);
        if (kept == null) {
            throw invalid(TAGS, "has more than %d tags".formatted(TokenUsage.TAGS_MAX), "Send fewer.");
        }
        if (!kept.equals(value)) {
            throw invalid(TAGS, "has two values for '%s'".formatted(Excerpt.of(name)), "Send each tag once.");
        }
    }

    private static @Nullable String header(Context ctx, String name) {
        List<String> said = said(ctx, name);
        if (said.size() > 1) {
            throw invalid(name, "is there with two values", "Send it once.");
        }
        String value = said.isEmpty() ? "" : said.getFirst();
        if (value.isBlank()) {
            return null;
        }
        if (!Texts.isId(value)) {
            throw invalid(
                    name, "is not valid: " + Excerpt.of(value), "Send 1 to 256 characters, none a control character.");
        }
        return value;
    }

    private static ProblemException invalid(String name, String detail, String remedy) {
        return ProblemException.invalid("Prompt-Manage-" + name, detail, remedy);
    }

    /** All different ones of a name: where it is sent several times, the server tells the first alone. */
    private static List<String> said(Context ctx, String name) {
        return Collections.list(ctx.req().getHeaders("Prompt-Manage-" + name)).stream()
                .map(Attribution::text)
                .distinct()
                .toList();
    }

    /**
     * A header's text. The server takes its bytes for Latin-1, while most clients write UTF-8: they are that unless they
     * cannot be.
     */
    private static String text(String value) {
        if (value.chars().allMatch(c -> c < 0x80) || value.chars().anyMatch(c -> c > 0xff)) {
            return value;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return value;
        }
    }
}
