package com.promptmanage.service.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.pricing.CatalogueNames;
import com.promptmanage.topics.usage.ExecutionType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Of all budgets of an account, those that block what they cover also while they cannot be asked. With them a call is judged that was
 * never asked about: of another member, for another model.
 */
record ClosedBudgets(List<On> all) {

    static final ClosedBudgets NONE = new ClosedBudgets(List.of());

    /** One that covers every call. */
    static final ClosedBudgets OF_ALL = new ClosedBudgets(List.of(new On(Dimension.ACCOUNT.value(), Budget.EACH)));

    ClosedBudgets {
        all = List.copyOf(all);
    }

    /**
     * What a budget is on.
     *
     * @param dimension as the API names it
     * @param value {@code *} for each
     */
    record On(String dimension, String value) {

        private boolean covers(JsonNode question) {
            Optional<Dimension> known = Dimension.parse(dimension);
            // One that only a newer query API knows may cover anything.
            if (known.isEmpty() || known.get().kind() == Dimension.Kind.ACCOUNT) {
                return true;
            }
            JsonNode named = named(question, known.get());
            return named.isTextual()
                    && (value.equals(Budget.EACH)
                            || value.equals(named.textValue())
                            || (known.get().kind() == Dimension.Kind.MODEL && isOtherNameOf(named, question)));
        }

        /** A budget of a model limits it under each of its names, as far as the catalogue can tell. */
        private boolean isOtherNameOf(JsonNode model, JsonNode question) {
            String counted = CatalogueNames.of(
                    model.textValue(), question.path("provider").textValue());
            return counted.equals(CatalogueNames.of(value, null));
        }

        /** What the call says of it; nothing if it says nothing. */
        static JsonNode named(JsonNode question, Dimension dimension) {
            return switch (dimension.kind()) {
                case ACCOUNT, EVENT_TYPE -> MissingNode.getInstance();
                case MEMBER -> question.path("userId");
                case MODEL -> question.path("model");
                case PROVIDER -> question.path("provider");
                case WORKFLOW -> question.path("workflowId");
                case PROMPT -> question.path("promptId");
                case API_KEY -> question.path("apiKeyId");
                case EXECUTION_TYPE ->
                    question.has("executionType")
                            ? question.path("executionType")
                            : TextNode.valueOf(ExecutionType.PROMPT_RUN.value());
                case TAG -> question.path("tags").path(String.valueOf(dimension.tag()));
            };
        }
    }

    /** @param told as the API tells of them, and {@link #json} keeps them */
    static ClosedBudgets of(JsonNode told) {
        var all = new ArrayList<On>();
        for (JsonNode one : told) {
            all.add(new On(one.path("dimension").asText(), one.path("value").asText()));
        }
        return new ClosedBudgets(all);
    }

    String json() {
        ArrayNode told = Json.mapper().createArrayNode();
        all.forEach(on -> told.addObject().put("dimension", on.dimension()).put("value", on.value()));
        return new String(Json.bytes(told), StandardCharsets.UTF_8);
    }

    /** @param question as the API describes it */
    boolean cover(JsonNode question) {
        return all.stream().anyMatch(on -> on.covers(question));
    }
}
