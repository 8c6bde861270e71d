package com.promptmanage.query.notify;

import static com.promptmanage.query.notify.DeliveryStand.alert;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.budget.Severity;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Channels that take nothing any more: whose key or address is gone, or which fail for days. */
class FailingChannelsTest {

    @AutoClose
    private final DeliveryStand stand = new DeliveryStand();

    private final NotifyingApi api = stand.api();

    private final Hook hook = stand.hook();

    private final MailCatcher mailServer = stand.mailServer();

    @Test
    void aChannelWhoseKeyIsGoneSaysSoAndDeliversWhenTheKeyIsBack() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        String id = channel.path("id").asText();
        sealedWith("lost", "test");
        api.deliver();

        api.raise(alert("a1", Severity.WARNING));
        Await.until(
                () -> assertThat(api.deliveries(id).path(0).path("attemptCount").asInt())
                        .isEqualTo(1));
        JsonNode now = api.channelNow(id);
        assertThat(now.path("unreadable").asBoolean()).isTrue();
        assertThat(now.path("problem").asText()).contains("cannot be read", "bring the key back");
        assertThat(now.path("failingSince").isTextual()).isTrue();
        JsonNode attempt = api.deliveries(id).path(0).path("attempts").path(0);
        assertThat(attempt.path("outcome").asText()).isEqualTo("retry");
        assertThat(attempt.path("response").asText()).contains("cannot be read");

        sealedWith("test", "lost");
        api.api().clock().advance(Duration.ofSeconds(7));

        stand.awaitDelivered(channel, 1);
        assertThat(hook.ids()).containsExactly("a1");
        assertThat(api.channelNow(id).has("unreadable")).isFalse();
        assertThat(api.channelNow(id).path("failingSince").isNull()).isTrue();
    }

    @Test
    void anAlertThatCannotBeMadeIntoAMessageHoldsUpNoneBehindIt() throws Exception {
        JsonNode channel = api.create(api.admin(), "/api/teams/acme", """
                {"kind":"webhook","name":"proxy","url":"%s","format":"litellm"}""".formatted(hook.url("/")));
        String id = channel.path("id").asText();
        api.raise(alert("a1", Severity.WARNING));
        spoil();
        api.raise(alert("a2", Severity.WARNING));
        api.deliver();

        Await.until(() -> assertThat(hook.ids()).containsExactly("a2"));
        Await.until(() -> assertThat(api.deliveries(id))
                .filteredOn(delivery -> delivery.path("status").asText().equals("pending"))
                .singleElement()
                .satisfies(delivery -> {
                    assertThat(delivery.path("alertId").asText()).isEqualTo("a1");
                    JsonNode attempt = delivery.path("attempts").path(0);
                    assertThat(attempt.path("outcome").asText()).isEqualTo("retry");
                    assertThat(attempt.path("response").asText()).contains("could not be made");
                }));
    }

    /** For longer than a channel may fail. */
    @Test
    void anAlertThatCannotBeMadeIntoAMessageSwitchesNoChannelOff() throws Exception {
        JsonNode channel = api.create(api.admin(), "/api/teams/acme", """
                {"kind":"webhook","name":"proxy","url":"%s","format":"litellm"}""".formatted(hook.url("/")));
        String id = channel.path("id").asText();
        api.raise(alert("a1", Severity.WARNING));
        spoil();
        api.deliver();
        Await.until(
                () -> assertThat(api.deliveries(id).path(0).path("attemptCount").asInt())
                        .isEqualTo(1));
        assertThat(api.channelNow(id).path("failingSince").isNull()).isTrue();

        api.api().clock().advance(Deliveries.FAILING_MAX.plusHours(1));
        Await.until(() ->
                assertThat(api.deliveries(id).path(0).path("status").asText()).isEqualTo("failed"));
        api.raise(alert("a2", Severity.WARNING));
        Await.until(() -> assertThat(hook.ids()).containsExactly("a2"));

        assertThat(api.channelNow(id).path("enabled").booleanValue()).isTrue();
    }

    /** As the channel is failing for days already, by what its address answered. */
    @Test
    void whatWeCannotMakeNeitherEndsNorCountsWhatAChannelFailedBefore() throws Exception {
        JsonNode channel = api.create(api.admin(), "/api/teams/acme", """
                {"kind":"webhook","name":"proxy","url":"%s","format":"litellm"}""".formatted(hook.url("/")));
        String id = channel.path("id").asText();
        api.raise(alert("a1", Severity.WARNING));
        spoil();
        api.api()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE notification_channels SET failing_since = CAST(? AS timestamptz)",
                        "2020-01-01T00:00:00Z"));
        api.deliver();

        Await.until(
                () -> assertThat(api.deliveries(id).path(0).path("attemptCount").asInt())
                        .isEqualTo(1));

        assertThat(api.channelNow(id).path("enabled").booleanValue()).isTrue();
        assertThat(api.channelNow(id).path("failingSince").asText()).isEqualTo("2020-01-01T00:00:00Z");
    }

    /** What is in the queue cannot be made into a message of this format. */
    private void spoil() {
        api.api()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE alert_deliveries SET alert = alert || CAST(? AS jsonb)", "{\"spentUsd\":\"much\"}"));
    }

    /** As if another key had sealed it, which is known or not. */
    private void sealedWith(String keyId, String before) {
        api.api()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE notification_channels SET sealed = replace(sealed, ?, ?)",
                        "v1.%s.".formatted(before),
                        "v1.%s.".formatted(keyId)));
    }

    @Test
    void anAddressThatIsGoneSwitchesTheChannelOffAndTellsTheOwners() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        String id = channel.path("id").asText();
        hook.answers(number -> 410);
        api.deliver();

        api.raise(alert("a1", Severity.WARNING));

        Await.until(() ->
                assertThat(api.channelNow(id).path("enabled").booleanValue()).isFalse());
        assertThat(api.channelNow(id).path("disabledReason").asText()).contains("410");
        assertThat(api.deliveries(id).path(0).path("status").asText()).isEqualTo("failed");
        assertThat(noticesOnTheirWayToTheList()).hasSize(1);
        PublishedSchema.assertDescribes(
                "channel-disabled-alert", noticesOnTheirWayToTheList().getFirst());
        Await.until(() -> assertThat(mailServer.mails()).hasSize(1));
        assertThat(mailServer.mails().getFirst())
                .contains("RCPT TO:<acme-owner@example.com>")
                .doesNotContain("acme-admin@");
        api.raise(alert("a2", Severity.WARNING));
        assertThat(api.deliveries(id))
                .as("nothing waits for a channel that is off")
                .hasSize(1);
        assertThat(api.api()
                        .post(
                                api.admin(),
                                deliveriesOf(id) + "/"
                                        + api.deliveries(id).path(0).path("id").asText() + "/resend",
                                "")
                        .status())
                .isEqualTo(409);

        hook.answers(number -> 200);
        api.api().send(api.admin(), "PATCH", "/api/teams/acme/notification-channels/" + id, "{\"enabled\":true}");
        Answer again = api.api()
                .post(
                        api.admin(),
                        deliveriesOf(id) + "/"
                                + api.deliveries(id).path(0).path("id").asText() + "/resend",
                        "");
        assertThat(again.status()).isEqualTo(202);
        assertThat(api.api()
                        .database()
                        .<List<String>, RuntimeException>asSystem(handle ->
                                handle.createQuery("""
                                SELECT concat_ws(' ', account, actor_kind, resource_type, old_values ->> 'status',
                                                 new_values ->> 'status', new_values ->> 'channelId')
                                FROM audit_log WHERE action = 'delivery_resent'
                                """).mapTo(String.class).list()))
                .as("the one that was refused has changed nothing")
                .containsExactly("team:acme key alert_delivery failed pending " + id);
        stand.awaitDelivered(channel, 1);
        assertThat(api.channelNow(id).path("disabledReason").isNull()).isTrue();
        assertThat(hook.ids()).containsExactly("a1", "a1");
    }

    @Test
    void whatFailsForADayIsGivenUpAndForDaysSwitchesTheChannelOff() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        String id = channel.path("id").asText();
        hook.answers(number -> 500);
        api.deliver();
        api.raise(alert("a1", Severity.WARNING));
        Await.until(
                () -> assertThat(api.deliveries(id).path(0).path("attemptCount").asInt())
                        .isEqualTo(1));

        api.api().clock().advance(Duration.ofHours(25));
        Await.until(() ->
                assertThat(api.deliveries(id).path(0).path("status").asText()).isEqualTo("failed"));
        assertThat(api.channelNow(id).path("enabled").booleanValue()).isTrue();
        api.api().clock().advance(Duration.ofDays(5));
        api.raise(alert("a2", Severity.WARNING));

        Await.until(() ->
                assertThat(api.channelNow(id).path("enabled").booleanValue()).isFalse());
        assertThat(api.channelNow(id).path("disabledReason").asText()).contains("5 days");
    }

    private List<String> noticesOnTheirWayToTheList() {
        return api.api()
                .database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT convert_from(record_value, 'UTF8') FROM outbox
                        WHERE topic = 'budget.alerts' AND convert_from(record_value, 'UTF8') LIKE '%channel.disabled%'
                        """).mapTo(String.class).list());
    }

    private static String deliveriesOf(String channelId) {
        return "/api/teams/acme/notification-channels/%s/deliveries".formatted(channelId);
    }
}
