package com.promptmanage.ingest.ignored;

import java.util.Locale;

/** Why usage was not counted. The names are part of the API: append only. */
public enum Reason {
    /** A span of an agent, a chain, a workflow and the like: the calls inside have spans of their own that count. */
    REPEATS_ITS_CALLS(
            "The span of an agent, chain, workflow or outer function repeats the usage of the calls inside it, which are counted."),
    /** A span of a coding agent, whose log records are what counts. */
    TOLD_BY_LOGS("The spans of this coding agent repeat its log records, which are counted."),
    /** A log record that says again what another record or a span says. */
    TOLD_BY_ANOTHER_RECORD("Another record, or a span, of the same call is counted."),
    /** A span or log record of a sender whose key says that metrics tell its usage. */
    TOLD_BY_METRICS("The key says that usage is told by metrics alone, which are counted."),
    /** A metric. */
    METRIC("Metrics sum up calls whose spans or log records are counted."),
    /** Tokens of a call that LiteLLM answered without a provider. The call counts, with none. */
    ANSWERED_FROM_CACHE("LiteLLM answered the call out of its own cache: it is counted, without tokens."),
    /** Counts that are none, or usage without a model or an id of its call, from one who would only send it again. */
    INVALID("It has a count that is no token count, names no model, or is of a call without an id."),
    /** Usage of a call whose model is told later, or never. */
    WAITS_FOR_ITS_MODEL(
            "No model had been told of the call when this came. It counts, and with these tokens, once one is told within three days."),
    /** A span that tells tokens in attributes of other names than those that are read. */
    UNKNOWN_SPELLING(
            "It tells tokens only in attributes of names that are not known here; of each, the largest count is added up."),
    /** Tokens in the total of a call that are in none of its counts. The rest counts. */
    LARGER_TOTAL("Its total is larger than the counts beside it: the difference is not counted, the rest is."),
    /** Tokens of another model that was asked within a call. The call itself counts. */
    ADVICE(
            "The call asked another model for advice, and tells its tokens beside its own: the call is counted, the advice is not. Report it as a call of that model."),
    /** Usage in more than is read of it. */
    TOO_LONG("Its usage is told in more than 4 KiB, which is not read.");

    private final String explanation;

    Reason(String explanation) {
        this.explanation = explanation;
    }

    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Reason of(String value) {
        return valueOf(value.toUpperCase(Locale.ROOT));
    }

    /** For people. */
    public String explanation() {
        return explanation;
    }
}
