package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.normalize.AgentUsage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * By what a call is known again: when an exporter sends it twice, and when two instrumentations of one program each report
 * it. Never to be changed: what was sent before would be counted again.
 */
final class CallIdentity {

    static final String SPANS = "/v1/traces";

    static final String LOGS = "/v1/logs";

    static final String METRICS = "/v1/metrics";

    /**
     * How providers name their answers: long and random, with a beginning of theirs, as a UUID, or, as Gemini does, in 22 to 24
     * characters of base 64. Short ones, as of test doubles, may come again.
     */
    private static final Pattern PROVIDERS_NAME =
            Pattern.compile("(chatcmpl|cmpl|resp|msg|gen|aitxt|aiobj)[-_][A-Za-z0-9_-]{20,120}"
                    + "|[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
                    + "|(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_-]{22,24}");

    /** Providers' own names for their answers, by how they begin. What a library in between makes up does not look so. */
    private static final Pattern ANSWER = Pattern.compile("(chatcmpl-|resp_|msg_(?:bdrk_|vrtx_)?)[A-Za-z0-9]{20,120}");

    private CallIdentity() {}

    /**
     * Whether these name two answers for certain: one provider gave both names, and they differ. Where their forms differ, one may
     * be that of a library around the other.
     */
    static boolean areTwoAnswers(@Nullable String one, @Nullable String other) {
        if (one == null || other == null || one.equals(other)) {
            return false;
        }
        Matcher first = ANSWER.matcher(one);
        Matcher second = ANSWER.matcher(other);
        return first.matches() && second.matches() && first.group(1).equals(second.group(1));
    }

    /**
     * Of a span: its trace, with the provider's name for the answer, if it is there: the spans of two instrumentations
     * around the same call have it both. Else its own ids.
     *
     * <p>A span that tells only some of what the call used has this identity too, and what tells all of it later is the same call
     * again. By its own ids it would count twice what both tell; and it cannot be left out, for nobody knows that another one comes.
     */
    static String of(Span span, @Nullable String responseId) {
        return responseId != null && PROVIDERS_NAME.matcher(responseId).matches()
                ? span.traceId() + "/" + responseId
                : span.traceId() + "/" + span.spanId();
    }

    /** Of an agent's record: the provider's name for the answer, if it is told; else everything that sets it apart. */
    static String of(CodingAgent agent, LogLine line) {
        MessageDigest digest = sha256();
        JsonNode response = line.attributes().path("response.id");
        List<String> names = response.isTextual() ? List.of("conversation.id", "response.id") : CodingAgent.identity();
        for (String name : names) {
            add(digest, line.attributes().path(name).asText());
        }
        if (!response.isTextual()) {
            add(digest, Long.toString(line.timeNanos()));
            AgentUsage.NAMES.stream()
                    .sorted()
                    .forEach(name -> add(digest, line.attributes().path(name).asText()));
        }
        return agent.service() + "/" + HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((byte) (bytes.length >> 8));
        digest.update((byte) bytes.length);
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
