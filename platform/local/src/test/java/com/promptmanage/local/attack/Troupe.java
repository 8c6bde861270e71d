package com.promptmanage.local.attack;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A team with someone in each role, and things of the team, all made as people make them. */
final class Troupe {

    private static final String PASSWORD = "correct horse battery staple";

    private static final String DEFINITION = """
            {"version":"1.0","nodes":[{"id":"first","type":"transform","config":{"transformType":"custom","code":"input"}}],"edges":[]}""";

    private final SystemStage stage;

    private final Map<Who, String> credentials = new EnumMap<>(Who.class);

    private final Map<Who, String> ids = new EnumMap<>(Who.class);

    private final String team;

    private final String keyId;

    private int made;

    /** In the order of the table's columns. */
    enum Who {
        STRANGER,
        VIEWER,
        EDITOR,
        ADMIN,
        OWNER,
        /** A key of the team that may only send usage. */
        INGEST_KEY,
        /** A key of the team with every scope, made by its owner. */
        KEY
    }

    Troupe(SystemStage stage) throws IOException, InterruptedException {
        this.stage = stage;
        for (Who who : Who.values()) {
            if (who != Who.INGEST_KEY && who != Who.KEY) {
                JsonNode registered = stage.json("", "POST", "/api/auth/register", """
                        {"email":"%1$s@attack.example.com","name":"%1$s","password":"%2$s"}""".formatted(
                                who.name().toLowerCase(Locale.ROOT), PASSWORD));
                credentials.put(who, "Bearer " + text(registered, "/token"));
                ids.put(who, text(registered, "/user/id"));
            }
        }
        team = text(stage.json(as(Who.OWNER), "POST", "/api/teams", "{\"name\":\"Troupe\"}"), "/id");
        for (Who who : new Who[] {Who.VIEWER, Who.EDITOR, Who.ADMIN}) {
            String name = who.name().toLowerCase(Locale.ROOT);
            JsonNode invited =
                    stage.json(as(Who.OWNER), "POST", "/api/teams/%s/invitations".formatted(team), """
                    {"email":"%1$s@attack.example.com","role":"%1$s"}""".formatted(name));
            String token = text(invited, "/acceptLink").replaceFirst(".*/invite/", "");
            text(stage.json(as(who), "POST", "/api/invitations/%s/accept".formatted(token), null), "/teamId");
        }
        credentials.put(Who.INGEST_KEY, "Bearer " + text(key("\"ingest\""), "/key"));
        JsonNode all = key("\"ingest\",\"query\",\"manage\"");
        credentials.put(Who.KEY, "Bearer " + text(all, "/key"));
        keyId = text(all, "/id");
    }

    String as(Who who) {
        return Objects.requireNonNull(credentials.get(who));
    }

    /**
     * Things of the team that nobody has changed, those that the row names.
     *
     * @return what stands in addresses and bodies for them, such as {@code $workflow}
     */
    Map<String, String> things(RoleRow row) throws IOException, InterruptedException {
        var names = new HashMap<String, String>();
        names.put("$team", team);
        names.put("$key", keyId);
        names.put("$number", Integer.toString(++made));
        names.put("$definition", DEFINITION);
        if (row.names("$workflow") || row.names("$execution") || row.names("$export")) {
            addWorkflow(names);
        }
        if (row.names("$blueprint")) {
            names.put("$blueprint", text(owner("GET", "/api/workflow-templates", null), "/templates/0/id"));
        }
        if (row.names("$source")) {
            String source = """
                    {"teamId":"%s","name":"s","type":"csv"}""".formatted(team);
            names.put("$source", text(owner("POST", "/api/data-sources", source), "/id"));
        }
        if (row.names("$credential")) {
            String credential = """
                    {"teamId":"%s","name":"SECRET_%d","kind":"secret","values":{"value":"x"}}""".formatted(team, made);
            names.put("$credential", text(owner("POST", "/api/credentials", credential), "/id"));
        }
        return names;
    }

    private void addWorkflow(Map<String, String> names) throws IOException, InterruptedException {
        String workflow = text(owner("POST", "/api/workflows", """
                        {"teamId":"%s","name":"w","definition":%s}""".formatted(team, DEFINITION)), "/workflow/id");
        names.put("$workflow", workflow);
        names.put(
                "$execution",
                text(owner("POST", "/api/workflows/%s/trigger".formatted(workflow), "{}"), "/executionId"));
        names.put(
                "$export",
                owner("GET", "/api/workflows/%s/export".formatted(workflow), null)
                        .toString());
    }

    /** Who they are themselves, where usage is said to be someone's. */
    String self(Who who) {
        return ids.getOrDefault(who, "someone");
    }

    private JsonNode owner(String method, String path, @Nullable String body) throws IOException, InterruptedException {
        return stage.json(as(Who.OWNER), method, path, body);
    }

    private JsonNode key(String scopes) throws IOException, InterruptedException {
        return owner("POST", "/api/teams/%s/api-keys".formatted(team), """
                {"name":"k","scopes":[%s]}""".formatted(scopes));
    }

    private static String text(JsonNode node, String pointer) {
        JsonNode found = node.at(pointer);
        if (!found.isTextual()) {
            throw new AssertionError("no %s in %s".formatted(pointer, node));
        }
        return found.textValue();
    }
}
