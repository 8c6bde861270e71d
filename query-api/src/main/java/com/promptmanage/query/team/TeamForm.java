package com.promptmanage.query.team;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ShownText;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.settings.AccountSettings;
import java.text.Normalizer;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What people set of a team; empty is what they leave as it is. */
record TeamForm(
        Optional<String> name,
        Optional<String> slug,
        Optional<String> description,
        Optional<String> timezone,
        Optional<List<String>> tags,
        Optional<List<String>> trustedCostSources) {

    private static final Set<String> KNOWN =
            Set.of("name", "slug", "description", "timezone", "tags", "trustedCostSources");

    private static final Pattern SLUG = Pattern.compile("[a-z0-9-]{3,64}");

    private static final int NAME_MIN = 3;

    private static final int NAME_MAX = 100;

    private static final int DESCRIPTION_MAX = 1000;

    private static final int SOURCES_MAX = 50;

    private static final int SLUG_BASE_MAX = 55;

    /** @param isNew whether the team is still to be made, and so must have a name */
    static TeamForm read(Fields fields, boolean isNew, Faults faults) {
        fields.refuseOthersThan(KNOWN);
        Optional<String> name = fields.text("name").map(String::strip);
        name.filter(text -> !ShownText.isName(text, NAME_MIN, NAME_MAX))
                .ifPresent(text -> fields.fault(
                        "name", "is not a team's name", "Send %d to %d characters.".formatted(NAME_MIN, NAME_MAX)));
        if (isNew) {
            fields.missing("name", "Send %d to %d characters.".formatted(NAME_MIN, NAME_MAX));
        }
        Optional<String> slug = fields.text("slug");
        slug.filter(text -> !SLUG.matcher(text).matches())
                .ifPresent(text -> fields.fault(
                        "slug", "is not a short name", "Send 3 to 64 lower-case letters, digits and hyphens."));
        Optional<String> description = fields.text("description");
        description
                .filter(text -> ShownText.characters(text) > DESCRIPTION_MAX || text.indexOf('\0') >= 0)
                .ifPresent(text -> fields.fault(
                        "description", "is too long", "Send at most %d characters.".formatted(DESCRIPTION_MAX)));
        Optional<String> timezone =
                fields.parsed("timezone", TimeZones::parse, TimeZones.REMEDY).map(ZoneId::getId);
        var form = new TeamForm(
                name,
                slug,
                description,
                timezone,
                names(fields, "tags", AccountSettings.TAGS_MAX),
                names(fields, "trustedCostSources", SOURCES_MAX));
        faults.check();
        return form;
    }

    /** Of the name, with something that makes it the only one. */
    static String slugOf(String name, String unique) {
        String plain = Normalizer.normalize(name, Normalizer.Form.NFD)
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\p{M}+", "")
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        String base = plain.length() <= SLUG_BASE_MAX ? plain : plain.substring(0, SLUG_BASE_MAX);
        return (base.isEmpty() ? "team" : base) + "-" + unique;
    }

    private static Optional<List<String>> names(Fields fields, String field, int max) {
        return fields.array(field).map(array -> {
            var names = new ArrayList<String>();
            // More wrong ones than there may be right ones make the answer long, and help nobody.
            for (int i = 0; i < array.size() && i - names.size() < max; i++) {
                JsonNode name = array.get(i);
                if (name.isTextual() && Account.isId(name.textValue())) {
                    names.add(name.textValue());
                } else {
                    fields.fault(
                            "%s[%d]".formatted(field, i),
                            "is not a name",
                            "Send 1 to 256 characters, none of them a control character.");
                }
            }
            List<String> distinct = names.stream().distinct().toList();
            if (distinct.size() > max) {
                fields.fault(field, "has %d".formatted(distinct.size()), "Send at most %d.".formatted(max));
            }
            return distinct;
        });
    }
}
