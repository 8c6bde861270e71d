package com.promptmanage.query.history;

import com.promptmanage.query.history.HistoryQuery.Filter;
import com.promptmanage.query.history.HistoryQuery.Tag;
import com.promptmanage.topics.pricing.CatalogueNames;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * The columns of {@code usage_history} that events are chosen by, for all who choose them with a statement of their own: what a
 * filter says is compared here and nowhere else.
 */
public final class FilterColumns {

    /** Goes on after a condition; {@link #bind} gives it its values. */
    public static final String AND_MATCHES = """
            AND (CAST(:member AS text) IS NULL OR user_id = :member)
            AND (CAST(:model AS text) IS NULL OR model IN (:model, :countedModel))
            AND (CAST(:provider AS text) IS NULL OR provider = :provider)
            AND (CAST(:promptId AS text) IS NULL OR prompt_id = :promptId)
            AND (CAST(:workflowId AS text) IS NULL OR workflow_id = :workflowId)
            AND (CAST(:executionId AS text) IS NULL OR execution_id = :executionId)
            AND (CAST(:executionType AS text) IS NULL OR execution_type = :executionType)
            AND (CAST(:apiKeyId AS text) IS NULL OR api_key_id = :apiKeyId)
            AND (CAST(:tagName AS text) IS NULL OR tags ->> CAST(:tagName AS text) = :tagValue)
            AND (CAST(:unpriced AS boolean) IS NULL OR unpriced = CAST(:unpriced AS boolean))
            """;

    private FilterColumns() {}

    /**
     * A model is meant by any of its names: by the one that its usage counts under, as far as the catalogue can tell, and by the one
     * that it is asked for by, under which it stands as long as it has no price.
     *
     * @param member whose events are meant; null for everyone's
     */
    public static Query bind(Query statement, @Nullable String member, Filter filter) {
        @Nullable Tag tag = filter.tag();
        @Nullable String model = filter.model();
        return statement
                .bind("member", member)
                .bind("model", model)
                .bind("countedModel", model == null ? null : CatalogueNames.of(model, filter.provider()))
                .bind("provider", filter.provider())
                .bind("promptId", filter.promptId())
                .bind("workflowId", filter.workflowId())
                .bind("executionId", filter.executionId())
                .bind("executionType", filter.executionType())
                .bind("apiKeyId", filter.apiKeyId())
                .bind("tagName", tag == null ? null : tag.name())
                .bind("tagValue", tag == null ? null : tag.value())
                .bind("unpriced", filter.unpriced());
    }
}
