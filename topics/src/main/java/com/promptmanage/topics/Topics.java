package com.promptmanage.topics;

import com.promptmanage.topics.Topic.Spread;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Every public topic, in the order of the data. */
public final class Topics {

    /**
     * How large a record of {@link #USAGE_EVENTS} may be. The metering refuses what is larger, for an event that is counted stands on
     * other topics too, with more around it; so whoever takes events in must take none that would be.
     */
    public static final int METERED_BYTES_MAX = 768 << 10;

    /**
     * Usage as accepted, keyed by account. Written without transactions: an open one would hold up the stream. Stamped by
     * the broker: a producer's clock must not decide how long an event's repeat is known.
     */
    public static final Topic USAGE_EVENTS = accounts("usage.events", stamped(kept(Duration.ofDays(400))));

    /**
     * Events of types that are not ours, as they came, keyed by account: what people define meters on. Each of them is on
     * {@link #USAGE_EVENTS} too, to be counted by its type or as the usage that it tells of. Stamped by the broker, as those.
     */
    public static final Topic PLAIN_EVENTS = accounts("events.plain", stamped(kept(Duration.ofDays(400))));

    /** State changes of workflow executions and their nodes, keyed by account. */
    public static final Topic EXECUTION_EVENTS = accounts("executions.events", kept(Duration.ofDays(400)));

    /** The unique events of one account in one commit, each with its cost; keyed by account. */
    public static final Topic USAGE_RATED = accounts("usage.rated", kept(Duration.ofDays(400)));

    /** How large a record of {@link #USAGE_REJECTED} may be: the largest there can be elsewhere, with a reason. */
    public static final int REJECTED_BYTES_MAX = 2 << 20;

    /** What could not be counted, with its original bytes and the reason; keyed as it came. */
    public static final Topic USAGE_REJECTED =
            accounts("usage.rejected", larger(kept(Duration.ofDays(400)), REJECTED_BYTES_MAX));

    /** Crossed thresholds, each exactly once; keyed by account. */
    public static final Topic BUDGET_ALERTS = accounts("budget.alerts", kept(Duration.ofDays(400)));

    /** All budgets of an account in one record, keyed by account: a change of one is a new list. */
    public static final Topic BUDGETS = accounts("budgets", compacted());

    /** What follows an account: time zone, tags, overrides; keyed by account. */
    public static final Topic ACCOUNTS = accounts("accounts", compacted());

    /** Effective-dated prices, keyed by model, each written to every partition. */
    public static final Topic PRICES = accounts("prices", compacted());

    public static final List<Topic> ALL = List.of(
            USAGE_EVENTS,
            PLAIN_EVENTS,
            EXECUTION_EVENTS,
            USAGE_RATED,
            USAGE_REJECTED,
            BUDGET_ALERTS,
            BUDGETS,
            ACCOUNTS,
            PRICES);

    private Topics() {}

    private static Topic accounts(String name, Map<String, String> config) {
        return new Topic(name, Spread.WITH_ACCOUNTS, config);
    }

    private static Map<String, String> kept(Duration retention) {
        return Map.of("cleanup.policy", "delete", "retention.ms", Long.toString(retention.toMillis()));
    }

    private static Map<String, String> larger(Map<String, String> config, int recordBytesMax) {
        var larger = new HashMap<>(config);
        larger.put("max.message.bytes", Integer.toString(recordBytesMax));
        return larger;
    }

    private static Map<String, String> stamped(Map<String, String> config) {
        var stamped = new HashMap<>(config);
        stamped.put("message.timestamp.type", "LogAppendTime");
        return stamped;
    }

    private static Map<String, String> compacted() {
        return Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.1");
    }
}
