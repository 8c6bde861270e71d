package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.money.NanoUsd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is said when an execution is taken up again.
 *
 * @param maxCostUsd what the whole execution may cost from now on, in US dollars, as decimal text or as a number; null to leave
 *     that as it is
 */
record ResumeForm(@Nullable JsonNode maxCostUsd) {

    private static final String MAX_COST = "maxCostUsd";

    /** No amount needs more, and 1e999999999 written out would fill the memory. */
    private static final int SCALE_MAX = 32;

    private static final ObjectReader EXACT =
            Json.mapper().readerFor(JsonNode.class).with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /**
     * Reads a request's body, which may be empty. A number is taken digit by digit, as it was written.
     *
     * @throws ProblemException 400 if it is no such form, or its amount is none above 0
     */
    static Optional<NanoUsd> maxCost(byte[] body) {
        @Nullable
        JsonNode said =
                body.length == 0 ? null : Json.read(body, ResumeForm.class).maxCostUsd();
        if (said == null || said.isNull()) {
            return Optional.empty();
        }
        try {
            NanoUsd most = NanoUsd.ofUsd(decimalText(said.isNumber() ? exact(body) : said));
            if (most.compareTo(NanoUsd.ZERO) > 0) {
                return Optional.of(most);
            }
        } catch (IllegalArgumentException e) {
            // Told like an amount that is none.
        }
        throw ProblemException.invalid(
                MAX_COST,
                "is not an amount of USD",
                "Send US dollars such as \"0.50\", more than 0, with at most 9 decimal places.");
    }

    private static JsonNode exact(byte[] body) {
        try {
            return EXACT.readTree(body).path(MAX_COST);
        } catch (IOException e) {
            throw new UncheckedIOException("was read a moment ago", e);
        }
    }

    private static String decimalText(JsonNode said) {
        if (said.isNumber()) {
            BigDecimal number = said.decimalValue();
            return Math.abs((long) number.scale()) > SCALE_MAX ? "" : number.toPlainString();
        }
        return said.isTextual() ? said.textValue() : "";
    }
}
