package com.promptmanage.runner.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Slack and webhooks, against what Slack answers. */
class MessagesTest {

    private static final String PATH = "/services/T000/B000/XXXXSECRETXXXX";

    private final FakeServer server = new FakeServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aRecordBecomesAMessageInWhichDataCannotMentionAnyone() throws Exception {
        server.then(200, "text/html", "ok");
        Session slack = slack();

        slack.write(TestPlaces.write(Operation.CREATE, "{\"severity\":\"high\",\"reason\":\"<!channel> & more\"}"));
        slack.write(TestPlaces.write(Operation.CREATE, "{\"text\":\"Hi\",\"blocks\":[{\"type\":\"divider\"}]}"));

        assertThat(server.asked().get(0).json().path("text").asText())
                .isEqualTo("*severity:* high\n*reason:* &lt;!channel&gt; &amp; more");
        assertThat(server.asked().get(1).json().at("/blocks/0/type").asText()).isEqualTo("divider");
        assertThat(server.last().header("Content-type")).isEqualTo("application/json");
    }

    @Test
    void theAddressOfAChannelIsASecret() {
        server.then(404, "text/html", "no_service at " + PATH);

        assertThatThrownBy(() -> slack().write(TestPlaces.write(Operation.CREATE, "{\"text\":\"Hi\"}")))
                .isInstanceOf(ConnectorException.class)
                .hasMessageContaining("404")
                .hasMessageNotContaining("XXXXSECRETXXXX");
    }

    @Test
    void aWebhookGetsTheRecordAndItsKey() throws Exception {
        server.thenJson(200, "{\"taken\":true}");
        Session webhook = TestPlaces.open(
                new WebhookConnector(TestPlaces.SENDER),
                "{\"url\":\"%s\",\"headers\":{\"X-Team\":\"a\"}}".formatted(server.url("/hook")),
                Map.of());

        Written written = webhook.write(TestPlaces.write(Operation.CREATE, "{\"a\":1}"));

        assertThat(written.answer().path("taken").asBoolean()).isTrue();
        assertThat(server.last().body()).isEqualTo("{\"a\":1}");
        assertThat(server.last().header("Idempotency-key")).isEqualTo("exe_1/node/0");
        assertThat(server.last().header("X-team")).isEqualTo("a");
    }

    private Session slack() throws ConnectorException {
        return TestPlaces.open(new SlackConnector(TestPlaces.SENDER), "{}", Map.of("url", server.url(PATH)));
    }
}
