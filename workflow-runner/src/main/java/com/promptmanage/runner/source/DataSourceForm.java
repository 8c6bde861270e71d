package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.connector.Connector;
import com.promptmanage.runner.connector.ConnectorType;
import com.promptmanage.runner.connector.Connectors;
import com.promptmanage.runner.request.Form;
import com.promptmanage.runner.source.DataSource.Draft;
import com.promptmanage.runner.source.DataSource.Frequency;
import com.promptmanage.runner.source.DataSource.Mode;
import com.promptmanage.runner.source.DataSource.Status;
import com.promptmanage.service.http.Faults;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A data source as it is sent.
 *
 * @param teamId empty for the sender's own account
 * @param status empty to leave it
 */
record DataSourceForm(Draft draft, Optional<String> teamId, Optional<Status> status) {

    private static final Set<String> FIELDS = Set.of(
            "name",
            "description",
            "type",
            "config",
            "credentialId",
            "syncFrequency",
            "syncMode",
            "sinceField",
            "status",
            "teamId");

    /** What a query may say, and a source says for its syncs; and what a file or a credential may be given by. */
    private static final Set<String> OF_QUERIES =
            Set.of("table", "sheet", "sql", "params", "auth", "apiKeyHeader", "content");

    private static final int CONFIG_CHARS_MAX = 64 << 10;

    /** What would be a secret by its name does not belong where everybody can read it. */
    private static final Pattern SECRET_NAME =
            Pattern.compile("(?i).*(password|secret|token|api[-_]?key|authorization).*");

    private static final Map<String, Status> STATUSES = Map.of("active", Status.ACTIVE, "paused", Status.PAUSED);

    private static final Map<String, Mode> MODES = Map.of("full", Mode.FULL, "incremental", Mode.INCREMENTAL);

    private static final Map<String, Frequency> FREQUENCIES = Map.of(
            "real-time",
            Frequency.REAL_TIME,
            "hourly",
            Frequency.HOURLY,
            "daily",
            Frequency.DAILY,
            "weekly",
            Frequency.WEEKLY,
            "manual",
            Frequency.MANUAL);

    static DataSourceForm read(byte[] body, Connectors connectors, Faults faults) {
        Form form = Form.of(body, FIELDS, faults);
        String type = form.requiredText("type", 64);
        JsonNode config = form.object("config");
        if (config.toString().length() > CONFIG_CHARS_MAX) {
            faults.add("config", "has more than %,d characters".formatted(CONFIG_CHARS_MAX), "Send less.");
        }
        Optional<Connector> connector = connectors.find(type);
        if (connector.isPresent()) {
            connector.get().check(config, "config.", faults);
            refuseUnknown(connector.get().type(), config, faults);
        } else if (!type.isEmpty()) {
            var known = new TreeSet<String>();
            connectors.all().forEach(each -> known.add(each.type().type()));
            faults.add("type", "there is no connector '%s'".formatted(type), "Use one of " + known + ".");
        }
        refuseSecrets("config.", config, faults);
        return new DataSourceForm(
                new Draft(
                        form.requiredText("name", 200),
                        form.text("description", 2_000).orElse(null),
                        type,
                        config,
                        form.text("credentialId", 100).orElse(null),
                        form.choice("syncFrequency", FREQUENCIES).orElse(Frequency.MANUAL),
                        form.choice("syncMode", MODES).orElse(Mode.FULL),
                        form.text("sinceField", 100).orElse("updated_at")),
                form.text("teamId", 256),
                form.choice("status", STATUSES));
    }

    /** What is not known is mistyped more often than not, and would have no effect. */
    private static void refuseUnknown(ConnectorType type, JsonNode config, Faults faults) {
        var known = new TreeSet<String>();
        type.settings().forEach(setting -> known.add(setting.name()));
        config.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name) && !OF_QUERIES.contains(name) && !name.startsWith("param.")) {
                faults.add(
                        "config." + (name.length() <= 64 ? name : name.substring(0, 64) + "…"),
                        "is not known here",
                        known.isEmpty() ? "Leave it out." : "Leave it out, or use one of " + known + ".");
            }
        });
    }

    private static void refuseSecrets(String path, JsonNode object, Faults faults) {
        object.properties().forEach(field -> {
            String name = path + field.getKey();
            boolean isNameOfAHeader = field.getKey().equals("apiKeyHeader");
            if (field.getValue().isTextual()
                    && !isNameOfAHeader
                    && SECRET_NAME.matcher(field.getKey()).matches()) {
                faults.add(
                        name,
                        "looks like a secret, and everyone who sees the data source would see it",
                        "Put it into a credential, and send its id as credentialId.");
            } else if (field.getValue().isObject()) {
                refuseSecrets(name + ".", field.getValue(), faults);
            }
        });
    }
}
