package com.promptmanage.ingest.normalize;

import java.util.Locale;

/** What a producer means by its input and output counts. */
public enum Convention {
    /** No token is in two counts: nothing to do. */
    DISJOINT,
    /** Input holds what was cached, output holds reasoning: they are taken out. */
    INCLUSIVE,
    /** Cached tokens are counted beside the input. */
    EXCLUSIVE;

    /** As a tag of a meter. */
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }
}
