package com.promptmanage.query.notify;

import com.promptmanage.query.history.HistoryWriter;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.Notice;
import com.promptmanage.topics.budget.Severity;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import org.jdbi.v3.core.Handle;

/**
 * Tells that a model was used that has no price, once for each account, model and day. In the transaction that writes the
 * history, so that who has such usage in their history has been told of it.
 */
public final class UnpricedUsage implements HistoryWriter.Listener {

    private final Clock clock;

    public UnpricedUsage(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void unpriced(Handle handle, Collection<HistoryWriter.Unpriced> found) {
        Instant now = clock.instant();
        Notices.tell(handle, found.stream().map(one -> notice(one, now)).toList(), now);
    }

    private static Notice notice(HistoryWriter.Unpriced unpriced, Instant now) {
        String type = AlertType.UNPRICED_USAGE.code();
        var about = new LinkedHashMap<String, String>();
        about.put("model", unpriced.model());
        about.put("day", unpriced.day().toString());
        return new Notice(
                Notices.id(
                        type,
                        unpriced.account(),
                        unpriced.model(),
                        unpriced.day().toString()),
                type,
                new Account(unpriced.account()),
                Severity.WARNING,
                "Usage without a price: " + unpriced.model(),
                "%s has no price. Its tokens count, but its cost counts nowhere until it has one: give it a price of your own, or wait for the catalogue to have it. What was used by then is priced too."
                        .formatted(unpriced.model()),
                now,
                about);
    }
}
