package com.promptmanage.ingest;

import static com.promptmanage.ingest.FakeProvider.event;
import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Providers' keys that are left with the gateway, and for whom they are. */
class GatewayKeysTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    @RegisterExtension
    private static final RunningGateway gateway = RunningGateway.start();

    private static final FakeProvider provider = gateway.provider();

    private static final RunningIngest ingest = gateway.ingest();

    private static final String key = gateway.key();

    @Test
    void aTeamLeavesItsKeyHereAndItsApplicationsHaveNone() throws Exception {
        String admin = ingest.key(NewKey.of("admin", Account.team("through")));
        String other = ingest.key(NewKey.of("other", Account.team("through")));
        provider.streams(out -> {
            event(
                    out,
                    "{\"type\":\"message_start\",\"message\":{\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":5,\"cache_creation_input_tokens\":7,\"cache_creation\":{\"ephemeral_5m_input_tokens\":3,\"ephemeral_1h_input_tokens\":4},\"output_tokens\":1}}}");
            event(out, "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}");
            event(
                    out,
                    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":20}}");
            event(out, "{\"type\":\"message_stop\"}");
        });
        String message = "{\"model\":\"claude-sonnet-4-5\",\"stream\":true,\"max_tokens\":9}";

        HttpResponse<String> before = gateway.claude(key, message);
        assertThat(before.statusCode()).isEqualTo(401);
        assertThat(MAPPER.readTree(before.body()).path("error").path("type").textValue())
                .isEqualTo("authentication_error");
        assertThat(leaveKey(admin, ",\"apiKeys\":[\"%s\"]".formatted(ingest.keyId(key))))
                .isEqualTo(204);

        assertThat(gateway.claude(key, message).body()).contains("message_stop");
        assertThat(provider.last().header("x-api-key")).isEqualTo("sk-ant-of-the-team-1234");
        assertThat(gateway.claude(other, message).statusCode()).isEqualTo(401);
        assertThat(gateway.claude(admin, message).statusCode()).isEqualTo(401);
        assertThat(gateway.onlyEvent().usage().tokens())
                .isEqualTo(TokenCounts.ofInputOutput(10, 20)
                        .with(TokenKind.CACHE_READ, 5)
                        .with(TokenKind.CACHE_WRITE_5M, 3)
                        .with(TokenKind.CACHE_WRITE_1H, 4));
        HttpResponse<String> listed = ingest.get("/api/gateway/keys", admin);
        assertThat(listed.body()).contains("\"ending\":\"1234\"").doesNotContain("sk-ant");
        assertThat(sealed(Account.team("through"))).hasSize(1).noneMatch(text -> text.contains("sk-ant"));
    }

    @Test
    void aKeyThatIsLeftHereIsForItsSendersOwnKeysUnlessItSaysMore() throws Exception {
        String admin = ingest.key(NewKey.of("admin", Account.team("shared")));
        String other = ingest.key(NewKey.of("other", Account.team("shared")));
        provider.answers(
                200, JSON, "{\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}");
        String message = "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":9}";

        assertThat(leaveKey(admin, "")).isEqualTo(204);
        assertThat(gateway.claude(admin, message).statusCode()).isEqualTo(200);
        assertThat(gateway.claude(other, message).statusCode()).isEqualTo(401);
        assertThat(ingest.get("/api/gateway/keys", admin).body()).contains("\"apiKeys\":[],\"allApiKeys\":false");

        assertThat(leaveKey(admin, ",\"allApiKeys\":true,\"apiKeys\":[\"k\"]")).isEqualTo(400);
        assertThat(leaveKey(admin, ",\"apiKeys\":[null]")).isEqualTo(400);
        assertThat(leaveKey(admin, ",\"allApiKeys\":true")).isEqualTo(204);
        assertThat(gateway.claude(other, message).statusCode()).isEqualTo(200);
    }

    @Test
    void aKeyThatCannotBeReadAnyMoreIsToldOfAndLeftHereAnew() throws Exception {
        String admin = ingest.key(NewKey.of("admin", Account.team("without")));
        provider.answers(
                200, JSON, "{\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}");
        String message = "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":9}";
        assertThat(leaveKey(admin, "")).isEqualTo(204);
        ingest.database()
                .useAsSystem(
                        handle -> handle.execute(
                                "UPDATE provider_keys SET sealed = regexp_replace(sealed, '^v1[.][^.]+', 'v1.gone') WHERE account = 'team:without'"));

        HttpResponse<String> refused = gateway.claude(admin, message);

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("its key is missing").doesNotContain("gone");
        assertThat(leaveKey(admin, "")).isEqualTo(204);
        assertThat(gateway.claude(admin, message).statusCode()).isEqualTo(200);
    }

    private static int leaveKey(String admin, String more) throws Exception {
        return ingest.put(
                        "/api/gateway/keys/anthropic",
                        "Bearer " + admin,
                        "{\"key\":\"sk-ant-of-the-team-1234\"%s}"
                                .formatted(more)
                                .getBytes(UTF_8))
                .statusCode();
    }

    private static List<String> sealed(Account account) {
        return ingest.database()
                .asSystem(handle -> handle.createQuery("SELECT sealed FROM provider_keys WHERE account = :account")
                        .bind("account", account.value())
                        .mapTo(String.class)
                        .list());
    }
}
