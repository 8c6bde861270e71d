package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.UsageEvent;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The meters that are there for everyone: what can be added up of token usage. */
enum TokenMeter implements Meter {
    TOKENS_TOTAL("tokens_total", "Tokens of all kinds", "SUM", "$.tokens") {
        @Override
        BigDecimal value(Spend spend) {
            return BigDecimal.valueOf(spend.tokens().total());
        }
    },
    COST("cost", "Cost in USD", "SUM", "$.costUsd") {
        @Override
        BigDecimal value(Spend spend) {
            return new BigDecimal(new NanoUsd(spend.costNanoUsd()).toUsd());
        }
    },
    CALLS("calls", "Calls of models", "COUNT", "") {
        @Override
        BigDecimal value(Spend spend) {
            return BigDecimal.valueOf(spend.events());
        }
    };

    /** They are there since ever; the API wants a time. */
    private static final String CREATED = "2024-01-01T00:00:00.000Z";

    private final String slug;

    private final String meaning;

    private final String aggregation;

    private final String property;

    TokenMeter(String slug, String meaning, String aggregation, String property) {
        this.slug = slug;
        this.meaning = meaning;
        this.aggregation = aggregation;
        this.property = property;
    }

    static Optional<TokenMeter> parse(String slug) {
        return Stream.of(values()).filter(meter -> meter.slug.equals(slug)).findFirst();
    }

    abstract BigDecimal value(Spend spend);

    @Override
    public List<String> groupNames() {
        return Stream.of(Group.values()).map(Group::value).toList();
    }

    @Override
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", slug);
        json.put("slug", slug);
        json.put("name", meaning);
        json.put("aggregation", aggregation);
        json.put("eventType", UsageEvent.TYPE);
        if (!property.isEmpty()) {
            json.put("valueProperty", property);
        }
        ObjectNode groups = json.putObject("groupBy");
        for (Group group : Group.values()) {
            groups.put(group.value(), "$." + group.member());
        }
        json.put("createdAt", CREATED);
        json.put("updatedAt", CREATED);
        return json;
    }
}
