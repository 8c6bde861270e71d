package com.promptmanage.query.price;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenKind;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What an own price costs, as someone wants it: each fault of its rates and tiers is told at its own field. */
final class TierForm {

    private static final String RATES = "usdPerMillion";

    /** A list price tells its rates in this way too. Whoever sends one back need not take them out. */
    private static final String UNHEEDED = "nanoUsdPerMillion";

    private static final Set<String> FIELDS = Set.of("name", "serviceTiers", "inputTokensAbove", RATES, UNHEEDED);

    private static final Set<String> KINDS =
            Arrays.stream(TokenKind.values()).map(TokenKind::field).collect(Collectors.toUnmodifiableSet());

    private TierForm() {}

    static void leaveOutUnheeded(ObjectNode price) {
        for (JsonNode tier : price.path("tiers")) {
            if (tier instanceof ObjectNode object) {
                object.remove(UNHEEDED);
            }
        }
    }

    /** The rates by kind of token, which a price has itself or in its tiers. */
    static void checkRates(Fields owner) {
        Optional<Fields> rates = owner.object(RATES);
        if (rates.isEmpty()) {
            owner.missing(
                    RATES, "Send the rates by kind of token, such as {\"input\": \"0.15\", \"output\": \"0.60\"}.");
            return;
        }
        rates.get().refuseOthersThan(KINDS);
        for (TokenKind kind : TokenKind.values()) {
            rates.get().text(kind.field()).ifPresent(usd -> checkRate(rates.get(), kind.field(), usd));
        }
        boolean isAnyTold = owner.node(RATES).orElseThrow().properties().stream()
                .anyMatch(rate ->
                        !KINDS.contains(rate.getKey()) || !rate.getValue().isNull());
        if (!isAnyTold) {
            owner.fault(RATES, "has no rate", "Send at least one: \"0\" for what is free.");
        }
    }

    private static void checkRate(Fields rates, String kind, String usd) {
        try {
            if (NanoUsd.ofUsd(usd).value() < 0) {
                rates.fault(kind, "is below 0", "Send \"0\" for what is free.");
            }
        } catch (IllegalArgumentException e) {
            rates.fault(kind, String.valueOf(e.getMessage()), "Send USD per million tokens, such as \"0.15\".");
        }
    }

    static void checkTiers(Fields price) {
        Optional<JsonNode> tiers = price.array("tiers");
        if (tiers.isEmpty()) {
            return;
        }
        int count = tiers.get().size();
        if (count == 0) {
            price.fault("tiers", "is empty", "Send the tiers, the one that applies always last.");
        }
        for (int i = 0; i < count; i++) {
            Optional<Fields> tier = price.element("tiers", i, tiers.get().get(i));
            if (tier.isPresent()) {
                checkTier(tier.get());
                checkPlace(price, "tiers[%d]".formatted(i), isConditional(tier.get()), i == count - 1);
            }
        }
    }

    private static void checkPlace(Fields price, String tier, boolean isConditional, boolean isLast) {
        if (isLast && isConditional) {
            price.fault(tier, "is the last and does not apply always", "Put last the tier that has no condition.");
        }
        if (!isLast && !isConditional) {
            price.fault(
                    tier,
                    "applies always: those after it would never be taken",
                    "Put it last, or give it serviceTiers or inputTokensAbove.");
        }
    }

    private static void checkTier(Fields tier) {
        tier.refuseOthersThan(FIELDS);
        if (tier.text("name").isEmpty()) {
            tier.missing("name", "Name the tier for people, such as \"Flex\".");
        }
        checkRates(tier);
        checkServiceTiers(tier);
        tier.wholeNumber("inputTokensAbove", -1, Long.MAX_VALUE);
    }

    private static void checkServiceTiers(Fields tier) {
        tier.array("serviceTiers").ifPresent(names -> {
            for (int i = 0; i < names.size(); i++) {
                if (!names.get(i).isTextual() || !Fields.canBeKept(names.get(i).textValue())) {
                    tier.fault("serviceTiers[%d]".formatted(i), "is not a text", "Send the provider's name of it.");
                }
            }
        });
    }

    /** A condition that is there and wrong has its own fault; it is one all the same. */
    private static boolean isConditional(Fields tier) {
        boolean isOfServiceTiers = tier.node("serviceTiers")
                .filter(names -> !names.isArray() || !names.isEmpty())
                .isPresent();
        boolean isOfLength = tier.node("inputTokensAbove")
                .filter(above -> !above.isIntegralNumber() || above.longValue() != -1)
                .isPresent();
        return isOfServiceTiers || isOfLength;
    }
}
