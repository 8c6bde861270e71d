package com.promptmanage.query.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.BudgetAlert;
import com.promptmanage.topics.alert.BudgetAlertCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Severity;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BodiesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private static final Account ACME = Account.team("acme");

    @Test
    void slackShowsTheAlertAndTakesNoNameForAMention() throws Exception {
        ObjectNode alert = json(Raised.alert(
                "a1", ACME, Severity.CRITICAL, Dimension.ACCOUNT, ACME.value(), "<!channel> & <https://x|y>"));

        String body = text(ChatBody.slack(message(alert), Optional.empty()));

        assertThat(body).doesNotContain("<!channel>").doesNotContain("<https://x");
        JsonNode blocks = JSON.readTree(body).path("blocks");
        assertThat(blocks.path(0).path("text").path("type").asText()).isEqualTo("plain_text");
        assertThat(blocks.path(1).path("text").path("text").asText())
                .contains("100% of the limit", "*Account:* team:acme", "$3.00 of $3.00");
        assertThat(text(ChatBody.slack(message(alert.deepCopy().put("accountName", "Acme <1>")), Optional.empty())))
                .contains("*Account:* Acme &lt;1&gt; (team:acme)");
        assertThat(blocks.path(2).path("elements").path(0).path("text").asText())
                .contains("a1");
    }

    /** Slack refuses a header of more than 150 characters, escaped as they are. */
    @Test
    void slacksHeaderIsShortEnoughWhateverIsEscapedInIt() throws Exception {
        ObjectNode alert = json(Raised.alert("a1", ACME, Severity.WARNING)).put("title", "R&D ".repeat(28));

        JsonNode blocks =
                JSON.readTree(ChatBody.slack(message(alert), Optional.empty())).path("blocks");

        assertThat(blocks.path(0).path("text").path("text").asText()).hasSizeLessThanOrEqualTo(150);
    }

    @Test
    void teamsGetsACardWhoseTextsAreNoMarkdown() throws Exception {
        ObjectNode alert = json(
                Raised.alert("a1", ACME, Severity.WARNING, Dimension.MODEL, "gpt-4o_[x](https://y)", "each *model*"));

        JsonNode attachment = JSON.readTree(ChatBody.teams(message(alert), Optional.empty()))
                .path("attachments")
                .path(0);

        assertThat(attachment.path("contentType").asText()).isEqualTo("application/vnd.microsoft.card.adaptive");
        JsonNode card = attachment.path("content");
        assertThat(card.path("type").asText()).isEqualTo("AdaptiveCard");
        assertThat(card.path("body").path(0).path("text").asText()).contains("each \\*model\\*");
        assertThat(card.path("body").path(2).path("facts").findValuesAsText("value"))
                .contains("gpt-4o\\_\\[x\\]\\(https://y\\)");
    }

    @Test
    void aLongDigestIsCutAndSaysSo() throws Exception {
        List<ObjectNode> alerts = IntStream.range(0, 20)
                .mapToObj(i -> json(Raised.alert("a" + i, ACME, Severity.INFO)))
                .toList();

        JsonNode body = JSON.readTree(ChatBody.slack(new Message("digest_1", NOON, alerts), Optional.empty()));

        assertThat(body.path("blocks")).hasSize(17);
        assertThat(body.path("text").asText()).isEqualTo("20 alerts");
        assertThat(body.path("blocks").path(16).toString()).contains("and 5 more");
    }

    @Test
    void liteLlmsEventHasItsFieldsAndExactNumbers() throws Exception {
        JsonNode event = JSON.readTree(
                WebhookBody.of(message(json(Raised.alert("a1", ACME, Severity.WARNING))), Destination.Format.LITELLM));

        assertThat(text(WebhookBody.of(
                        message(json(Raised.alert("a1", ACME, Severity.WARNING))), Destination.Format.LITELLM)))
                .contains("\"spend\":2.250000001");
        assertThat(event.path("event").asText()).isEqualTo("threshold_crossed");
        assertThat(event.path("event_group").asText()).isEqualTo("team");
        assertThat(event.path("team_id").asText()).isEqualTo("acme");
        assertThat(event.path("user_id").isNull()).isTrue();
        JsonNode exceeded = JSON.readTree(
                WebhookBody.of(message(json(Raised.alert("a1", ACME, Severity.CRITICAL))), Destination.Format.LITELLM));
        assertThat(exceeded.path("event").asText()).isEqualTo("budget_crossed");
        JsonNode member = JSON.readTree(
                WebhookBody.of(message(json(Raised.ofMember("a1", ACME, "ann"))), Destination.Format.LITELLM));
        assertThat(member.path("event_group").asText()).isEqualTo("team_member");
        assertThat(member.path("user_id").asText()).isEqualTo("ann");
    }

    private static Message message(ObjectNode alert) {
        return new Message(alert.path("id").asText(), NOON, List.of(alert));
    }

    private static ObjectNode json(BudgetAlert alert) {
        return DeliveryTable.alert(dataOf(alert));
    }

    private static String dataOf(BudgetAlert alert) {
        try {
            return JSON.readTree(BudgetAlertCodec.write(alert)).path("data").toString();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }
}
