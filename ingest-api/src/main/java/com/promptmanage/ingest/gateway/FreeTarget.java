package com.promptmanage.ingest.gateway;

import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a provider answers for nothing, and clients ask before they make a call: no budget is asked, and nothing is put on record.
 *
 * @param api another of the same provider
 * @param path behind the provider's address; what varies in it stands in braces
 */
record FreeTarget(Api api, boolean isPost, String path) {

    static final Pattern GEMINI_VERSION = Pattern.compile("v1(alpha|beta)?");

    private static final String VERSION = "version";

    static final List<FreeTarget> ALL = List.of(
            get(Api.CHAT, "/v1/models"),
            get(Api.CHAT, "/v1/models/{model}"),
            new FreeTarget(Api.MESSAGES, true, "/v1/messages/count_tokens"),
            get(Api.MESSAGES, "/v1/models"),
            get(Api.MESSAGES, "/v1/models/{model}"),
            get(Api.CONTENT, "/{" + VERSION + "}/models"),
            // Named as what is posted to the same address.
            get(Api.CONTENT, "/{" + VERSION + "}/models/{call}"));

    /** No dots alone, which would lead out of the path. */
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");

    /** What stands behind a colon there is something that the model is asked to do, and may cost. */
    private static final Pattern GEMINI_MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private static FreeTarget get(Api api, String path) {
        return new FreeTarget(api, false, path);
    }

    /**
     * The path that is asked for. What varies in it becomes a part of the provider's address, so that its form is checked.
     *
     * @throws NotPassedOnException if it can be none
     */
    String path(Context ctx) {
        String asked = path;
        for (Map.Entry<String, String> part : ctx.pathParamMap().entrySet()) {
            if (!form(part.getKey()).matcher(part.getValue()).matches()) {
                throw new NotPassedOnException(
                        api.provider(),
                        part.getKey().equals(VERSION)
                                ? "Only v1, v1alpha and v1beta are passed on"
                                : "No model is named so");
            }
            asked = asked.replace("{" + part.getKey() + "}", part.getValue());
        }
        return asked;
    }

    private Pattern form(String part) {
        if (part.equals(VERSION)) {
            return GEMINI_VERSION;
        }
        return api.provider() == Provider.GEMINI ? GEMINI_MODEL : MODEL;
    }

    /** Whether a path is one of those that a template stands for. */
    static boolean isOf(String template, String path) {
        String[] wanted = template.split("/", -1);
        String[] given = path.split("/", -1);
        if (wanted.length != given.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            boolean fits = wanted[i].startsWith("{") ? !given[i].isEmpty() : wanted[i].equals(given[i]);
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
