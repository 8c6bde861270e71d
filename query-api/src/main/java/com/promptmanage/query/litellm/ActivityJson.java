package com.promptmanage.query.litellm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenKind;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Spend in LiteLLM's names. Its prompt tokens hold the cached ones, its completion tokens the reasoning. Its amounts are
 * numbers of USD: here they are exact decimals.
 */
final class ActivityJson {

    private ActivityJson() {}

    /** @param withEntities whether each day is told by account too */
    static ObjectNode activity(List<Cell> all, ActivityPage page, boolean withEntities) {
        List<Cell> cells = page.on(all);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode results = json.putArray("results");
        new TreeMap<>(cells.stream().collect(Collectors.groupingBy(Cell::day)))
                .descendingMap()
                .forEach((day, ofDay) -> results.add(day(day, ofDay, withEntities)));
        ObjectNode metadata = json.putObject("metadata");
        metrics(sum(cells))
                .properties()
                .forEach(one -> metadata.set(
                        one.getKey().equals("total_tokens") ? "total_tokens" : "total_" + one.getKey(),
                        one.getValue()));
        int pages = page.count(all);
        metadata.put("page", page.number()).put("total_pages", pages).put("has_more", page.number() < pages);
        return json;
    }

    /** By key, the dearest first, and within it by model; keys are told as null where a call had none. */
    static ArrayNode byKey(List<Cell> cells) {
        ArrayNode keys = JsonNodeFactory.instance.arrayNode();
        by(cells, cell -> cell.apiKeyId() == null ? "" : cell.apiKeyId()).values().stream()
                .sorted(Comparator.comparingLong(
                                (List<Cell> alike) -> sum(alike).costNanoUsd())
                        .reversed())
                .forEach(alike -> {
                    ObjectNode key = keys.addObject();
                    key.put("api_key", alike.getFirst().apiKeyId());
                    totals(key, sum(alike));
                    ArrayNode models = key.putArray("model_details");
                    by(alike, Cell::model)
                            .forEach((model, ofModel) ->
                                    totals(models.addObject().put("model", model), sum(ofModel)));
                });
        return keys;
    }

    private static void totals(ObjectNode json, Spend spend) {
        long input = spend.tokens().totalInput();
        json.put("total_cost", usd(spend.costNanoUsd()));
        json.put("total_input_tokens", input);
        json.put("total_output_tokens", spend.tokens().total() - input);
    }

    static BigDecimal usd(long nanoUsd) {
        return new BigDecimal(new NanoUsd(nanoUsd).toUsd());
    }

    static Spend sum(List<Cell> cells) {
        return cells.stream().map(Cell::spend).reduce(Spend.NONE, Spend::plus);
    }

    /** By what a function names, the unnamed left out. */
    static Map<String, List<Cell>> by(List<Cell> cells, Function<Cell, @Nullable String> name) {
        var groups = new TreeMap<String, List<Cell>>();
        for (Cell cell : cells) {
            String named = name.apply(cell);
            if (named != null) {
                groups.computeIfAbsent(named, none -> new ArrayList<>()).add(cell);
            }
        }
        return groups;
    }

    private static ObjectNode day(LocalDate day, List<Cell> cells, boolean withEntities) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("date", day.toString());
        json.set("metrics", metrics(sum(cells)));
        ObjectNode breakdown = json.putObject("breakdown");
        breakdown.set("models", parts(cells, Cell::model));
        // A model has no other name here for those who ask.
        breakdown.set("model_groups", parts(cells, Cell::model));
        breakdown.set("providers", parts(cells, Cell::provider));
        breakdown.set("api_keys", keys(cells));
        breakdown.putObject("mcp_servers");
        breakdown.putObject("endpoints");
        breakdown.set(
                "entities",
                withEntities ? parts(cells, cell -> cell.account().id()) : JsonNodeFactory.instance.objectNode());
        return json;
    }

    private static ObjectNode parts(List<Cell> cells, Function<Cell, @Nullable String> name) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        by(cells, name).forEach((value, ofValue) -> {
            ObjectNode part = json.putObject(value);
            part.set("metrics", metrics(sum(ofValue)));
            part.putObject("metadata");
            part.set("api_key_breakdown", keys(ofValue));
        });
        return json;
    }

    private static ObjectNode keys(List<Cell> cells) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        by(cells, Cell::apiKeyId).forEach((key, ofKey) -> {
            ObjectNode part = json.putObject(key);
            part.set("metrics", metrics(sum(ofKey)));
            Account account = ofKey.getFirst().account();
            part.putObject("metadata").putNull("key_alias").put("team_id", account.isTeam() ? account.id() : null);
        });
        return json;
    }

    private static ObjectNode metrics(Spend spend) {
        long input = spend.tokens().totalInput();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("spend", usd(spend.costNanoUsd()));
        json.put("prompt_tokens", input);
        json.put("completion_tokens", spend.tokens().total() - input);
        json.put("total_tokens", spend.tokens().total());
        json.put("cache_read_input_tokens", spend.tokens().get(TokenKind.CACHE_READ));
        json.put(
                "cache_creation_input_tokens",
                spend.tokens().get(TokenKind.CACHE_WRITE_5M) + spend.tokens().get(TokenKind.CACHE_WRITE_1H));
        json.put("api_requests", spend.events());
        json.put("successful_requests", spend.events());
        json.put("failed_requests", 0);
        return json;
    }
}
