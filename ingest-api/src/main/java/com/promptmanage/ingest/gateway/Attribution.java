package com.promptmanage.ingest.gateway;

import com.promptmanage.ingest.admission.Named;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.normalize.Excerpt;
import com.promptmanage.ingest.normalize.Labels;
import com.promptmanage.ingest.normalize.Texts;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.ProblemException;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
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

    /**
     * @param endUser whom the request names to the provider: a user within the account, never one that pays
     * @throws ProblemException 400 if a header holds what cannot be, 403 if the caller may not send for whom it names
     */
    static Attribution of(Context ctx, Caller caller, @Nullable String endUser) {
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

    private static Map<String, String> tags(Context ctx, Payer payer) {
        var labels = new Labels();
        String told = said(ctx, "Tags");
        if (told != null) {
            for (String tag : told.split(",", -1)) {
                int equals = tag.indexOf('=');
                if (equals > 0) {
                    labels.put(
                            tag.substring(0, equals).strip(),
                            tag.substring(equals + 1).strip());
                }
            }
        }
        labels.put("enduser", payer.endUser());
        return new TreeMap<>(labels.tags());
    }

    private static @Nullable String header(Context ctx, String name) {
        String value = said(ctx, name);
        if (value == null || value.isBlank()) {
            return null;
        }
        if (!Texts.isId(value)) {
            throw ProblemException.invalid(
                    "Prompt-Manage-" + name,
                    "is not valid: " + Excerpt.of(value),
                    "Send 1 to 256 characters, none a control character.");
        }
        return value;
    }

    /**
     * A header's text. The server takes its bytes for Latin-1, while most clients write UTF-8: they are that unless they
     * cannot be.
     */
    private static @Nullable String said(Context ctx, String name) {
        String value = ctx.header("Prompt-Manage-" + name);
        if (value == null
                || value.chars().allMatch(c -> c < 0x80)
                || value.chars().anyMatch(c -> c > 0xff)) {
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
