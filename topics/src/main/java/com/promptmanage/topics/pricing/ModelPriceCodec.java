package com.promptmanage.topics.pricing;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Prices as JSON, amounts as decimal USD per million tokens: single ones, and the record of {@code prices}. */
public final class ModelPriceCodec {

    /** The CloudEvents type of the record that holds every version of a model's price. */
    public static final String TYPE = "com.promptmanage.model.prices.v1";

    private static final Map<String, TokenKind> KINDS = Arrays.stream(TokenKind.values())
            .collect(Collectors.toMap(TokenKind::field, kind -> kind, (one, other) -> one, LinkedHashMap::new));

    private ModelPriceCodec() {}

    /** The record for {@code prices}: every version of one model. */
    public static byte[] writeAll(String model, List<ModelPrice> versions, Instant time, String eventId) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = EventJson.generator(bytes)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", eventId);
            json.writeStringField("source", "/prompt-manage/prices");
            json.writeStringField("type", TYPE);
            json.writeStringField("subject", model);
            json.writeStringField("time", time.toString());
            json.writeStringField("datacontenttype", "application/json");
            json.writeObjectFieldStart("data");
            json.writeArrayFieldStart("prices");
            for (ModelPrice version : versions) {
                write(json, version);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * @throws IllegalArgumentException if the bytes are not such a record: one of another type or with a list of another
     *     name must not be taken for one that says that the model has no price any more
     */
    public static List<ModelPrice> readAll(byte[] bytes) {
        JsonNode event = EventJson.read(bytes);
        String type = EventJson.text(event, "type");
        if (!type.equals(TYPE)) {
            throw new IllegalArgumentException("type is %s, expected %s".formatted(type, TYPE));
        }
        var prices = new ArrayList<ModelPrice>();
        for (JsonNode price : array(event.path("data"), "prices")) {
            prices.add(read(price));
        }
        if (prices.stream().map(ModelPrice::model).distinct().count() > 1) {
            throw new IllegalArgumentException("prices must all be of one model");
        }
        return List.copyOf(prices);
    }

    public static void write(JsonGenerator json, ModelPrice price) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", price.id());
        json.writeStringField("provider", price.provider());
        json.writeStringField("model", price.model());
        json.writeArrayFieldStart("aliases");
        for (String alias : price.aliases()) {
            json.writeString(alias);
        }
        json.writeEndArray();
        json.writeStringField("effectiveFrom", price.effectiveFrom().toString());
        if (price.contextTokensMax() != null) {
            json.writeNumberField("contextTokensMax", price.contextTokensMax());
        }
        json.writeArrayFieldStart("tiers");
        for (PriceTier tier : price.tiers()) {
            write(json, tier);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, PriceTier tier) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", tier.name());
        json.writeArrayFieldStart("serviceTiers");
        for (String serviceTier : tier.serviceTiers().stream().sorted().toList()) {
            json.writeString(serviceTier);
        }
        json.writeEndArray();
        if (tier.inputTokensAbove() >= 0) {
            json.writeNumberField("inputTokensAbove", tier.inputTokensAbove());
        }
        json.writeObjectFieldStart("usdPerMillion");
        for (Map.Entry<TokenKind, Long> rate : tier.rates().told().entrySet()) {
            json.writeStringField(rate.getKey().field(), new NanoUsd(rate.getValue()).toUsd());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    /** @throws IllegalArgumentException if it is not a price, naming the first fault */
    public static ModelPrice read(JsonNode json) {
        var tiers = new ArrayList<PriceTier>();
        for (JsonNode tier : array(json, "tiers")) {
            tiers.add(tier(tier));
        }
        try {
            return new ModelPrice(
                    EventJson.text(json, "id"),
                    EventJson.text(json, "provider"),
                    EventJson.text(json, "model"),
                    texts(json, "aliases"),
                    Instant.parse(EventJson.text(json, "effectiveFrom")),
                    EventJson.integerOrNull(json, "contextTokensMax"),
                    tiers);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("effectiveFrom is not a time such as 2026-01-01T00:00:00Z", e);
        }
    }

    private static PriceTier tier(JsonNode json) {
        Long above = EventJson.integerOrNull(json, "inputTokensAbove");
        return new PriceTier(
                EventJson.text(json, "name"),
                new HashSet<>(texts(json, "serviceTiers")),
                above == null ? -1 : above,
                rates(json.path("usdPerMillion")));
    }

    /** A name that is no token kind is refused: to pass over it would charge that kind at another one's rate. */
    private static Rates rates(JsonNode usdPerMillion) {
        var rates = new EnumMap<TokenKind, Long>(TokenKind.class);
        for (Map.Entry<String, JsonNode> rate : usdPerMillion.properties()) {
            TokenKind kind = KINDS.get(rate.getKey());
            if (kind == null) {
                throw new IllegalArgumentException(
                        "usdPerMillion.%s is not one of %s".formatted(rate.getKey(), KINDS.keySet()));
            }
            String usd = EventJson.textOrNull(usdPerMillion, rate.getKey());
            if (usd != null) {
                rates.put(kind, NanoUsd.ofUsd(usd).value());
            }
        }
        return Rates.of(rates);
    }

    private static JsonNode array(JsonNode json, String field) {
        JsonNode array = json.path(field);
        if (!array.isArray()) {
            throw new IllegalArgumentException(field + " must be an array");
        }
        return array;
    }

    /** None if the field is absent. */
    private static List<String> texts(JsonNode json, String field) {
        var texts = new ArrayList<String>();
        if (json.hasNonNull(field)) {
            for (JsonNode text : array(json, field)) {
                if (!text.isTextual()) {
                    throw new IllegalArgumentException("%s must hold texts, got %s".formatted(field, text));
                }
                texts.add(text.textValue());
            }
        }
        return texts;
    }
}
