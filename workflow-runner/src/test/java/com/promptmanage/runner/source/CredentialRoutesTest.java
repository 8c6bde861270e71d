package com.promptmanage.runner.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.secret.CredentialTable;
import com.promptmanage.runner.source.RunnerApi.Answer;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.topics.account.Account;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What opens a data source, and is never shown again. */
class CredentialRoutesTest {

    private static final String SECRET = "very-secret-token-0123456789";

    @AutoClose
    private static RunnerApi api;

    @AutoClose
    private final FakeServer server = new FakeServer();

    @BeforeAll
    static void start() {
        api = new RunnerApi();
    }

    @Test
    void aCredentialGoesInAndNeverOut() {
        Answer created = api.send(
                api.editor(),
                "POST",
                "/api/credentials",
                "{\"name\":\"CRM\",\"kind\":\"api\",\"values\":{\"token\":\"%s\"},\"teamId\":\"one\"}"
                        .formatted(SECRET));
        String id = created.json().path("id").asText();
        server.thenJson(401, "{\"message\":\"not with %s\"}".formatted(SECRET));
        Answer source = api.create(
                "{\"name\":\"CRM\",\"type\":\"api\",\"config\":{\"url\":\"%s\"},\"credentialId\":\"%s\",\"teamId\":\"one\"}"
                        .formatted(server.url("/leads"), id));
        String path = "/api/data-sources/" + source.json().path("id").asText();

        Answer test = api.send(api.editor(), "POST", path + "/test", null);

        assertThat(server.last().header("Authorization")).isEqualTo("Bearer " + SECRET);
        assertThat(test.json().path("success").asBoolean()).isFalse();
        assertThat(test.json().at("/details/class").asText()).isEqualTo("auth");
        assertThat(created.json().path("fields").toString()).isEqualTo("[\"token\"]");
        for (Answer answer : List.of(
                created,
                source,
                test,
                api.get(api.editor(), "/api/credentials?teamId=one"),
                api.get(api.viewer(), "/api/credentials/" + id))) {
            assertThat(answer.json().toString()).doesNotContain(SECRET);
        }
        assertThat(stored()).doesNotContain(SECRET);
        assertThat(api.audited(id)).containsExactly("credential_created by one-editor");
        assertThat(api.audited(source.json().path("id").asText())).containsExactly("data_source_created by one-editor");
        assertThat(api.get(api.stranger(), "/api/credentials/" + id).status()).isEqualTo(404);
        assertThat(api.send(api.viewer(), "DELETE", "/api/credentials/" + id, null)
                        .status())
                .isEqualTo(403);
        assertThat(api.credentials().ofCredential(Account.team("two"), id))
                .as("another team's")
                .isEmpty();
        assertThat(api.send(
                                api.editor(),
                                "POST",
                                "/api/credentials",
                                "{\"name\":\"CRM\",\"kind\":\"api\",\"values\":{\"token\":\"x\"},\"teamId\":\"one\"}")
                        .status())
                .isEqualTo(409);
    }

    @Test
    void aSecretIsFoundByItsNameAlsoAfterItsKeyWasChanged() {
        api.send(
                api.editor(),
                "POST",
                "/api/credentials",
                "{\"name\":\"HOOK_URL\",\"kind\":\"secret\",\"values\":{\"value\":\"%s\"},\"teamId\":\"one\"}"
                        .formatted(SECRET));
        var both = new SecretBox(SecretKeys.from(new Settings(
                "PM_", Map.of("PM_SECRET_KEYS", "k2:" + "A".repeat(42) + "E=,k1:" + "A".repeat(43) + "="))));
        var rotating = new CredentialTable(api.database(), both, api.clock());

        int rotated = rotating.rotate();

        assertThat(rotated).isPositive();
        assertThat(rotating.rotate()).isZero();
        assertThat(rotating.named(Account.team("one"), "HOOK_URL")).hasValue(SECRET);
        assertThat(rotating.named(Account.team("two"), "HOOK_URL")).isEmpty();
        assertThat(stored()).doesNotContain(SECRET).contains("v1.k2.").doesNotContain("v1.k1.");
        var undo = new CredentialTable(
                api.database(),
                new SecretBox(SecretKeys.from(new Settings(
                        "PM_", Map.of("PM_SECRET_KEYS", "k1:" + "A".repeat(43) + "=,k2:" + "A".repeat(42) + "E=")))),
                api.clock());
        undo.rotate();
    }

    private static String stored() {
        return api.database()
                .<List<String>, RuntimeException>asSystem(handle -> handle.createQuery("SELECT sealed FROM credentials")
                        .mapTo(String.class)
                        .list())
                .toString();
    }
}
