package com.promptmanage.topics.settings;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** An account's settings as the record of {@code accounts}. */
public final class AccountSettingsCodec {

    /** The CloudEvents type. */
    public static final String TYPE = "com.promptmanage.account.settings.v1";

    private AccountSettingsCodec() {}

    public static byte[] write(AccountSettings settings, Instant time, String eventId) {
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = EventJson.generator(bytes)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", eventId);
            json.writeStringField("source", "/prompt-manage/accounts");
            json.writeStringField("type", TYPE);
            json.writeStringField("subject", settings.account().value());
            json.writeStringField("time", time.toString());
            json.writeStringField("datacontenttype", "application/json");
            json.writeObjectFieldStart("data");
            json.writeStringField("account", settings.account().value());
            json.writeStringField("timezone", settings.zone().getId());
            writeTexts(json, "tags", settings.tags());
            writeTexts(
                    json,
                    "trustedCostSources",
                    settings.trustedCostSources().stream().sorted().toList());
            json.writeArrayFieldStart("priceOverrides");
            for (ModelPrice price : settings.priceOverrides()) {
                ModelPriceCodec.write(json, price);
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
     * Reads what {@link #write} writes; what is absent is as in {@link AccountSettings#defaults}.
     *
     * @throws IllegalArgumentException if the bytes are not such a record
     */
    public static AccountSettings read(byte[] bytes) {
        JsonNode event = EventJson.read(bytes);
        String type = EventJson.text(event, "type");
        if (!type.equals(TYPE)) {
            throw new IllegalArgumentException("type is %s, expected %s".formatted(type, TYPE));
        }
        JsonNode data = event.path("data");
        var overrides = new ArrayList<ModelPrice>();
        array(data, "priceOverrides").forEach(price -> overrides.add(ModelPriceCodec.read(price)));
        String zone = EventJson.textOrNull(data, "timezone");
        try {
            return new AccountSettings(
                    new Account(EventJson.text(data, "account")),
                    zone == null ? ZoneOffset.UTC : ZoneId.of(zone),
                    texts(data, "tags"),
                    new HashSet<>(texts(data, "trustedCostSources")),
                    overrides);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("timezone is not an IANA time zone", e);
        }
    }

    private static List<String> texts(JsonNode json, String field) {
        var texts = new ArrayList<String>();
        for (JsonNode text : array(json, field)) {
            if (!text.isTextual()) {
                throw new IllegalArgumentException("%s must hold texts, got %s".formatted(field, text));
            }
            texts.add(text.textValue());
        }
        return texts;
    }

    /** An empty one if the field is absent. */
    private static JsonNode array(JsonNode json, String field) {
        JsonNode array = json.path(field);
        if (!array.isArray() && !array.isMissingNode() && !array.isNull()) {
            throw new IllegalArgumentException(field + " must be an array");
        }
        return array;
    }

    private static void writeTexts(JsonGenerator json, String name, List<String> texts) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
