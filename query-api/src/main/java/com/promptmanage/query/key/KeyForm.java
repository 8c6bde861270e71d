package com.promptmanage.query.key;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ShownText;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * A key as it is asked for.
 *
 * @param maySpeakForOthers whether it is to work with every account
 */
record KeyForm(String name, Set<KeyScope> scopes, boolean maySpeakForOthers, Optional<Instant> expiresAt) {

    private static final Set<String> KNOWN = Set.of("name", "scopes", "maySpeakForOthers", "expiresAt");

    private static final int NAME_MAX = 100;

    private static final Duration LIFE_MAX = Duration.ofDays(3650);

    private static final String SCOPES_REMEDY = "Send a list of ingest, query and manage.";

    static KeyForm read(Fields fields, Instant now, Faults faults) {
        fields.refuseOthersThan(KNOWN);
        Optional<String> name = fields.text("name").map(String::strip);
        name.filter(text -> !ShownText.isName(text, 1, NAME_MAX))
                .ifPresent(
                        text -> fields.fault("name", "is not a name", "Send 1 to %d characters.".formatted(NAME_MAX)));
        fields.missing("name", "Say what the key is for.");
        var form = new KeyForm(name.orElse(""), scopes(fields), flag(fields, "maySpeakForOthers"), expiry(fields, now));
        faults.check();
        return form;
    }

    private static Set<KeyScope> scopes(Fields fields) {
        fields.missing("scopes", SCOPES_REMEDY);
        var scopes = EnumSet.noneOf(KeyScope.class);
        fields.array("scopes").ifPresent(array -> {
            for (JsonNode code : array) {
                Optional<KeyScope> scope = code.isTextual() ? KeyScope.parse(code.textValue()) : Optional.empty();
                scope.ifPresentOrElse(
                        scopes::add, () -> fields.fault("scopes", "has one that is not known", SCOPES_REMEDY));
            }
            if (array.isEmpty()) {
                fields.fault("scopes", "is empty", SCOPES_REMEDY);
            }
        });
        return scopes;
    }

    private static boolean flag(Fields fields, String name) {
        Optional<JsonNode> node = fields.node(name);
        if (node.isPresent() && !node.get().isBoolean()) {
            fields.fault(name, "is neither true nor false", "Send one of them, or leave it out.");
        }
        return node.map(JsonNode::booleanValue).orElse(false);
    }

    private static Optional<Instant> expiry(Fields fields, Instant now) {
        return fields.text("expiresAt").flatMap(text -> {
            try {
                Instant at = OffsetDateTime.parse(text).toInstant();
                if (at.isAfter(now) && at.isBefore(now.plus(LIFE_MAX))) {
                    return Optional.of(at);
                }
                fields.fault("expiresAt", "is past, or over ten years ahead", "Send a later or an earlier time.");
            } catch (DateTimeException e) {
                fields.fault("expiresAt", "is not a time", "Send one such as 2027-01-31T00:00:00Z.");
            }
            return Optional.empty();
        });
    }
}
