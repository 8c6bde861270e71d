package com.promptmanage.topics.pricing;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.event.EventJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Optional;

/** What a call may be charged by, as JSON: prices as {@link ModelPriceCodec} writes them. */
public final class CallPricesCodec {

    private static final String OWN = "own";

    private static final String LISTED = "listed";

    private CallPricesCodec() {}

    public static String write(CallPrices prices) {
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = EventJson.generator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart(OWN);
            for (ModelPrice price : prices.own()) {
                ModelPriceCodec.write(json, price);
            }
            json.writeEndArray();
            json.writeFieldName(LISTED);
            if (prices.listed().isPresent()) {
                ModelPriceCodec.write(json, prices.listed().get());
            } else {
                json.writeNull();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** @throws IllegalArgumentException if it is not what {@link #write} writes */
    public static CallPrices read(JsonNode json) {
        JsonNode own = json.path(OWN);
        if (!own.isArray()) {
            throw new IllegalArgumentException(OWN + " must be an array");
        }
        var prices = new ArrayList<ModelPrice>();
        own.forEach(price -> prices.add(ModelPriceCodec.read(price)));
        Optional<ModelPrice> listed =
                json.hasNonNull(LISTED) ? Optional.of(ModelPriceCodec.read(json.path(LISTED))) : Optional.empty();
        return new CallPrices(prices, listed);
    }
}
