package com.promptmanage.query.price;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** An account's own prices as someone wants them, in the form in which they are kept. */
final class PriceForm {

    /** All of an account's prices go in one record. */
    static final int PRICES_MAX = 200;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final Set<String> FIELDS = Set.of("account", "priceOverrides");

    private static final Set<String> PRICE_FIELDS =
            Set.of("id", "model", "provider", "aliases", "effectiveFrom", "contextTokensMax", "usdPerMillion", "tiers");

    /** A price that does not say from when on was always meant. */
    private static final String ALWAYS = "1970-01-01T00:00:00Z";

    private PriceForm() {}

    /** @param faults of the fields, which are told what is wrong */
    static ArrayNode read(Fields fields, Faults faults) {
        fields.refuseOthersThan(FIELDS);
        ArrayNode prices = NODES.arrayNode();
        Optional<JsonNode> array = fields.array("priceOverrides");
        if (array.isEmpty()) {
            fields.missing("priceOverrides", "Send a list of prices, or [] for none.");
            return prices;
        }
        if (array.get().size() > PRICES_MAX) {
            fields.fault("priceOverrides", "has more than %d".formatted(PRICES_MAX), "Send fewer.");
            return prices;
        }
        var ids = new HashSet<String>();
        for (int i = 0; i < array.get().size(); i++) {
            JsonNode node = array.get().get(i);
            fields.element("priceOverrides", i, node)
                    .flatMap(price -> price(price, node, ids, faults))
                    .ifPresent(prices::add);
        }
        return prices;
    }

    private static Optional<ObjectNode> price(Fields fields, JsonNode node, Set<String> ids, Faults faults) {
        int faultsBefore = faults.count();
        fields.refuseOthersThan(PRICE_FIELDS);
        Optional<String> model = fields.id("model");
        if (model.isEmpty()) {
            fields.missing("model", "Name the model as events name it.");
        }
        if (fields.id("provider").isEmpty()) {
            fields.missing("provider", "Name the model's provider.");
        }
        boolean hasTiers = fields.has("tiers");
        if (hasTiers == fields.has("usdPerMillion")) {
            fields.fault(
                    "usdPerMillion",
                    hasTiers ? "is there besides tiers" : "is missing",
                    "Send the rates by kind of token, such as {\"input\": \"0.15\", \"output\": \"0.60\"}, or tiers.");
        } else if (hasTiers) {
            TierForm.checkTiers(fields);
        } else {
            TierForm.checkRates(fields);
        }
        fields.id("id");
        checkAliases(fields);
        checkEffectiveFrom(fields);
        fields.wholeNumber("contextTokensMax", 1, Long.MAX_VALUE);
        // The codec's fault of a price that has one would be the same again, and name no field.
        return faults.count() > faultsBefore
                ? Optional.empty()
                : checked(fields, whole(fields, node.deepCopy(), model.orElseThrow(), hasTiers), ids);
    }

    private static void checkAliases(Fields fields) {
        fields.array("aliases").ifPresent(aliases -> {
            for (int i = 0; i < aliases.size(); i++) {
                JsonNode alias = aliases.get(i);
                if (!alias.isTextual() || !Account.isId(alias.textValue()) || !Fields.canBeKept(alias.textValue())) {
                    fields.fault(
                            "aliases[%d]".formatted(i),
                            "is not a name",
                            "Send 1 to 256 characters, none of them a control character.");
                }
            }
        });
    }

    private static void checkEffectiveFrom(Fields fields) {
        fields.text("effectiveFrom")
                .filter(text -> !isTime(text))
                .ifPresent(text -> fields.fault(
                        "effectiveFrom",
                        "is not a time in the years 1 to 9999",
                        "Send one such as 2026-01-01T00:00:00Z."));
    }

    private static boolean isTime(String text) {
        try {
            return ModelPrice.isEffectiveTime(Instant.parse(text));
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** With what may be left out. */
    private static ObjectNode whole(Fields fields, ObjectNode price, String model, boolean hasTiers) {
        if (!fields.has("effectiveFrom")) {
            price.put("effectiveFrom", ALWAYS);
        }
        if (!fields.has("id")) {
            price.put(
                    "id",
                    "own price of %s from %s"
                            .formatted(model, price.path("effectiveFrom").asText()));
        }
        if (!hasTiers) {
            ObjectNode tier = NODES.objectNode();
            tier.put("name", "standard");
            tier.set("usdPerMillion", price.remove("usdPerMillion"));
            price.set("tiers", NODES.arrayNode().add(tier));
        }
        return price;
    }

    private static Optional<ObjectNode> checked(Fields fields, ObjectNode price, Set<String> ids) {
        if (!Account.isId(price.path("id").textValue())) {
            fields.fault("id", "is missing, and the model's name is too long to make one of it", "Send one.");
            return Optional.empty();
        }
        TierForm.leaveOutUnheeded(price);
        try {
            ModelPrice read = ModelPriceCodec.read(price);
            if (!ids.add(read.id())) {
                fields.fault("id", "is another price's too", "Give each price an id of its own, or none.");
            }
            return Optional.of(price);
        } catch (IllegalArgumentException e) {
            fields.fault("price", String.valueOf(e.getMessage()), "See GET /api/models/{id}/prices for the form.");
            return Optional.empty();
        }
    }
}
