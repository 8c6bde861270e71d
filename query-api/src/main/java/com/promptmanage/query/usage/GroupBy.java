package com.promptmanage.query.usage;

import com.promptmanage.topics.budget.Dimension;
import java.util.Optional;

/** What the breakdown of a statistic is by. */
sealed interface GroupBy {

    /** Days of the query's zone. */
    record Day() implements GroupBy {}

    record By(Dimension dimension) implements GroupBy {}

    /** The names, for the message that refuses another. */
    String NAMES = "day, model, provider, user, prompt, workflow, execution_type, api_key, tag:<name>";

    static Optional<GroupBy> parse(String name) {
        return switch (name) {
            case "day" -> Optional.of(new Day());
            case "user" -> Optional.of(new By(Dimension.MEMBER));
            // The ledger's own names for these are not names of this parameter; events that use no tokens are no part
            // of it.
            case "account", "member", "event_type" -> Optional.empty();
            default -> Dimension.parse(name).map(By::new);
        };
    }
}
