package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.local.command.LocalFile;
import com.promptmanage.testkit.Await;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** One secret of each kind that is kept encrypted. */
final class SealedSecrets {

    /** In the words of docs/operations.md. */
    private static final String ALL = """
            SELECT sealed FROM notification_channels UNION ALL SELECT sealed FROM credentials
            UNION ALL SELECT sealed FROM provider_keys UNION ALL SELECT secret FROM workflow_hooks
            UNION ALL SELECT previous FROM workflow_hooks WHERE previous IS NOT NULL
            """;

    /** As {@link #leave} makes them: the hook's secret twice, for the one before is good, too. */
    private static final int COUNT = 5;

    private SealedSecrets() {}

    /** @param workflow of that person, to have a hook */
    static void leave(Api person, String workflow) throws Exception {
        made(person.put("/api/gateway/keys/openai", "{\"key\": \"sk-left-here-0123456789\"}"), 204);
        made(person.post("/api/credentials", """
                        {"name": "warehouse", "kind": "secret", "values": {"value": "let me in"}}
                        """), 201);
        made(person.post("/api/users/me/notification-channels", """
                        {"kind": "webhook", "name": "a hook", "url": "https://hooks.example.com/pm"}
                        """), 201);
        made(person.post("/api/workflows/%s/hook-secret".formatted(workflow), "{}"), 201);
        made(person.post("/api/workflows/%s/hook-secret".formatted(workflow), "{}"), 201);
    }

    /** Whatever is sealed anew was opened with the key of before. */
    static void awaitSealedWith(String keyId, LocalFile local) throws Exception {
        Await.until(() -> assertThat(sealed(local))
                .hasSize(COUNT)
                .allMatch(text -> text.startsWith("v1.%s.".formatted(keyId)), "sealed with " + keyId));
    }

    private static List<String> sealed(LocalFile local) throws SQLException {
        var all = new ArrayList<String>();
        try (Connection owner = DriverManager.getConnection("jdbc:" + local.postgresUrl());
                Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(ALL)) {
            while (rows.next()) {
                all.add(rows.getString(1));
            }
        }
        return all;
    }

    private static void made(Api.Answer answer, int status) {
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(status);
    }
}
