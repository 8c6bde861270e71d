package com.promptmanage.query.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.report.Schedule.Wanted;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ShownText;
import com.promptmanage.service.mail.Mailer;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A report as a request wants it. */
final class ReportForm {

    private static final int NAME_LENGTH_MAX = 100;

    private static final int RECIPIENTS_MAX = 20;

    private static final LocalTime AT_DEFAULT = LocalTime.of(7, 0);

    private static final Set<String> FIELDS = Set.of("name", "frequency", "at", "timezone", "to", "enabled");

    private ReportForm() {}

    /** @throws com.promptmanage.service.http.ProblemException 400 with all that is wrong */
    static Wanted read(Fields fields, Faults faults) {
        fields.refuseOthersThan(FIELDS);
        fields.missing("name", "Send what the mails are to be called.");
        fields.missing("frequency", "Use daily, weekly or monthly.");
        fields.missing("to", "Send a list of e-mail addresses.");
        Optional<String> name = name(fields);
        Optional<Frequency> frequency = fields.parsed("frequency", Frequency::parse, "Use daily, weekly or monthly.");
        LocalTime at = fields.parsed("at", ReportForm::time, "Send a time of day such as \"07:00\".")
                .orElse(AT_DEFAULT);
        @Nullable
        ZoneId zone =
                fields.parsed("timezone", TimeZones::parse, TimeZones.REMEDY).orElse(null);
        List<String> to = to(fields);
        boolean enabled = enabled(fields);
        faults.check();
        return new Wanted(name.orElseThrow(), frequency.orElseThrow(), at, zone, to, enabled);
    }

    private static Optional<String> name(Fields fields) {
        Optional<String> name = fields.text("name").map(String::strip);
        if (name.isPresent() && !ShownText.isName(name.get(), 1, NAME_LENGTH_MAX)) {
            fields.fault(
                    "name",
                    "is empty, too long, or has control characters",
                    "Send 1 to %d characters.".formatted(NAME_LENGTH_MAX));
        }
        return name;
    }

    private static Optional<LocalTime> time(String text) {
        return text.matches("([01]\\d|2[0-3]):[0-5]\\d") ? Optional.of(LocalTime.parse(text)) : Optional.empty();
    }

    private static List<String> to(Fields fields) {
        var to = new ArrayList<String>();
        Optional<JsonNode> list = fields.array("to");
        if (list.isPresent() && (list.get().isEmpty() || list.get().size() > RECIPIENTS_MAX)) {
            fields.fault("to", "has no address, or too many", "Send 1 to %d addresses.".formatted(RECIPIENTS_MAX));
            return to;
        }
        for (int i = 0; list.isPresent() && i < list.get().size(); i++) {
            String address = list.get().get(i).asText();
            if (list.get().get(i).isTextual() && Mailer.isAddress(address)) {
                to.add(address);
            } else {
                fields.fault("to[%d]".formatted(i), "is not an e-mail address", "Send one such as cfo@example.com.");
            }
        }
        return to;
    }

    private static boolean enabled(Fields fields) {
        Optional<JsonNode> node = fields.node("enabled");
        if (node.isPresent() && !node.get().isBoolean()) {
            fields.fault("enabled", "is neither true nor false", "Send one of them, unquoted.");
        }
        return node.map(JsonNode::booleanValue).orElse(true);
    }
}
