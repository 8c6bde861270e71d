package com.promptmanage.query.notify;

import static com.promptmanage.query.notify.DeliveryStand.ACME;
import static com.promptmanage.query.notify.DeliveryStand.alert;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.Notice;
import com.promptmanage.topics.budget.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Alerts that are delivered: to whom, how often, and how that is known to be us. */
class DeliveriesTest {

    @AutoClose
    private final DeliveryStand stand = new DeliveryStand();

    private final NotifyingApi api = stand.api();

    private final Hook hook = stand.hook();

    private final MailCatcher mailServer = stand.mailServer();

    @Test
    void anAlertArrivesOnceHoweverOftenItIsToldAndItsSignatureIsGood() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/alerts?token=s3cret"));
        api.deliver();

        api.raise(alert("a1", Severity.WARNING), alert("a1", Severity.WARNING));
        api.raise(alert("a1", Severity.WARNING), alert("a2", Severity.CRITICAL));

        stand.awaitDelivered(channel, 2);
        assertThat(hook.ids()).containsExactlyInAnyOrder("a1", "a2");
        Hook.Received first = hook.received().stream()
                .filter(received -> received.id().equals("a1"))
                .findFirst()
                .orElseThrow();
        assertThat(first.isSignedWith(channel.path("secret").asText())).isTrue();
        assertThat(first.isSignedWith("whsec_" + "A".repeat(44))).isFalse();
        assertThat(first.json().path("type").asText()).isEqualTo("budget.alert");
        assertThat(first.json().path("data").path("id").asText()).isEqualTo("a1");
        assertThat(first.json().path("data").path("spentNanoUsd").asLong()).isEqualTo(2_250_000_001L);
        JsonNode delivery = api.deliveries(channel.path("id").asText()).path(0);
        assertThat(delivery.path("status").asText()).isEqualTo("delivered");
        assertThat(delivery.path("attempts").path(0).path("status").asInt()).isEqualTo(200);
        assertThat(delivery.path("attempts").path(0).path("response").asText()).isEqualTo("noted");
    }

    @Test
    void alertsOfWorkflowsAreSentLikeOthersToThoseWhoWantThem() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        assertThat(api.api()
                        .put(api.admin(), "/api/teams/acme/notification-preferences", """
                                {"minimumLevel":"info","alertTypes":["workflow_failure"]}""")
                        .status())
                .isEqualTo(200);
        api.deliver();

        for (String type : List.of("workflow_timeout", "workflow_failure", "workflow_failure")) {
            Raised.list(
                    api.api().database(),
                    api.api().clock(),
                    new Notice(
                            "exe_1." + type,
                            type,
                            ACME,
                            Severity.WARNING,
                            "Workflow failed: Digest",
                            "It broke.",
                            Instant.parse("2026-11-24T12:00:00Z"),
                            Map.of("workflowName", "Digest", "executionId", "exe_1")));
        }

        stand.awaitDelivered(channel, 1);
        assertThat(hook.ids()).containsExactly("exe_1.workflow_failure");
        JsonNode sent = hook.received().getFirst().json();
        assertThat(sent.path("type").asText()).isEqualTo("workflow.alert");
        assertThat(sent.at("/data/executionId").asText()).isEqualTo("exe_1");
    }

    /** As preferences may have been kept that name channels nobody knows. */
    @Test
    void whoChoseOnlyChannelsThatAreGoneIsToldOnThoseThatAreThere() throws Exception {
        JsonNode one = api.channel("webhook", hook.url("/1"));
        JsonNode two = api.channel("webhook", hook.url("/2"));
        prefer("[\"gone\"]");
        api.deliver();

        api.raise(alert("a1", Severity.CRITICAL));
        stand.awaitDelivered(one, 1);
        stand.awaitDelivered(two, 1);

        prefer("[\"gone\",\"%s\"]".formatted(two.path("id").asText()));
        api.raise(alert("a2", Severity.CRITICAL));
        stand.awaitDelivered(two, 2);
        prefer("[]");
        api.raise(alert("a3", Severity.CRITICAL));
        assertThat(api.deliveries(one.path("id").asText())).hasSize(1);
        assertThat(api.deliveries(two.path("id").asText())).hasSize(2);
    }

    private void prefer(String channels) {
        api.api().database().useAsSystem(handle -> handle.execute("""
                        INSERT INTO notification_preferences (account, preferences, updated_at)
                        VALUES ('team:acme', jsonb_build_object('channels', CAST(? AS jsonb)), now())
                        ON CONFLICT (account) DO UPDATE SET preferences = excluded.preferences
                        """, channels));
    }

    @Test
    void whatFailsIsTriedAgainUnderTheSameIdUntilItArrives() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        String id = channel.path("id").asText();
        hook.answers(number -> number < 3 ? 503 : 200);
        api.deliver();

        api.raise(alert("a1", Severity.WARNING));
        Await.until(
                () -> assertThat(api.deliveries(id).path(0).path("attemptCount").asInt())
                        .isEqualTo(1));
        assertThat(api.channelNow(id).path("failingSince").isTextual()).isTrue();
        assertThat(api.deliveries(id).path(0).path("status").asText()).isEqualTo("pending");
        assertThat(api.deliveries(id).path(0).path("problem").asText()).isEqualTo("the address answered 503: noted");
        api.api().clock().advance(Duration.ofSeconds(7));
        Await.until(
                () -> assertThat(api.deliveries(id).path(0).path("attemptCount").asInt())
                        .isEqualTo(2));
        api.api().clock().advance(Duration.ofSeconds(20));

        stand.awaitDelivered(channel, 1);
        assertThat(hook.ids()).containsExactly("a1", "a1", "a1");
        assertThat(hook.received().get(0).body())
                .isEqualTo(hook.received().get(2).body());
        assertThat(api.channelNow(id).path("failingSince").isNull()).isTrue();
        JsonNode attempts = api.deliveries(id).path(0).path("attempts");
        assertThat(attempts.findValuesAsText("outcome")).containsExactly("retry", "retry", "delivered");
        assertThat(attempts.path(0).path("status").asInt()).isEqualTo(503);
    }

    /** A process takes a channel on, sends, and dies before it can record that. */
    @Test
    void aCrashBetweenDeliveryAndRecordRepeatsThatOneAndNoOther() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        api.raise(alert("a1", Severity.WARNING), alert("a2", Severity.WARNING));
        var table = new DeliveryTable(api.api().database());
        var now = api.api().clock().instant();
        var lease = table.lease(now, now.plusSeconds(60), 10).getFirst();
        var due = table.next(lease, true, now).orElseThrow();
        new Sender(api.outbound(), Optional.empty(), Optional.empty(), api.api().clock())
                .send(
                        lease.channelId(),
                        Destination.read(NotifyingApi.SECRETS.open(
                                "notification_channels.sealed/" + lease.channelId(), lease.sealed())),
                        due.message());

        api.deliver();
        api.api().clock().advance(Duration.ofSeconds(61));

        stand.awaitDelivered(channel, 2);
        assertThat(hook.ids()).hasSize(3).contains("a1", "a2");
        assertThat(hook.ids().stream().filter(due.message().id()::equals)).hasSize(2);
        var late = new DeliveryTable.Attempt(
                due,
                now,
                new Outcome(Outcome.End.RETRY, 500, "", null, Duration.ZERO),
                new DeliveryTable.Next.GiveUp());
        assertThat(table.record(lease, late, now))
                .as("who comes back after its lease has ended records nothing")
                .isFalse();
    }

    @Test
    void severalProcessesShareTheWorkAndDeliverEachOnce() throws Exception {
        List<JsonNode> channels = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            channels.add(api.channel("webhook", hook.url("/" + i)));
        }
        for (int i = 0; i < 3; i++) {
            api.deliver();
        }
        for (int i = 0; i < 20; i++) {
            api.raise(alert("a" + i, Severity.CRITICAL));
        }

        for (JsonNode channel : channels) {
            stand.awaitDelivered(channel, 20);
        }
        assertThat(hook.received().stream().map(received -> received.path() + " " + received.id()))
                .hasSize(100)
                .doesNotHaveDuplicates();
    }

    @Test
    void bothSecretsSignUntilTheOldOnesTimeIsOver() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        String id = channel.path("id").asText();
        String old = channel.path("secret").asText();
        JsonNode rotated = api.api()
                .post(
                        api.admin(),
                        "/api/teams/acme/notification-channels/%s/rotate-secret".formatted(id),
                        "{\"oldValidHours\":1}")
                .json();
        String current = rotated.path("secret").asText();
        api.deliver();

        api.raise(alert("a1", Severity.WARNING));
        stand.awaitDelivered(channel, 1);
        assertThat(current).isNotEqualTo(old);
        assertThat(rotated.path("oldSecretValidUntil").isTextual()).isTrue();
        assertThat(hook.received().getFirst().isSignedWith(old)).isTrue();
        assertThat(hook.received().getFirst().isSignedWith(current)).isTrue();

        api.api().clock().advance(Duration.ofMinutes(61));
        api.raise(alert("a2", Severity.WARNING));
        stand.awaitDelivered(channel, 2);
        assertThat(hook.received().getLast().header("webhook-signature")).doesNotContain(" ");
    }

    @Test
    void alertsOfATeamReachThoseWhoAnswerForItAndAMembersOwnReachTheMember() throws Exception {
        for (String person : List.of("acme-owner", "acme-viewer", "acme-editor")) {
            api.create(api.api().signIn(person), "/api/users/me", """
                    {"kind":"webhook","name":"mine","url":"%s"}""".formatted(hook.url("/" + person)));
        }
        api.deliver();

        api.raise(
                alert("a1", Severity.WARNING),
                Raised.ofMember("a2", ACME, "acme-viewer"),
                Raised.ofMember("a3", ACME, "stranger"),
                Raised.alert("a4", Account.user("acme-editor"), Severity.INFO));

        Await.until(() -> assertThat(hook.received().stream().map(received -> received.path() + " " + received.id()))
                .containsExactlyInAnyOrder(
                        "/acme-owner a1", "/acme-owner a2", "/acme-owner a3", "/acme-viewer a2", "/acme-editor a4"));
    }

    @Test
    void alertsArriveAsMailAndWhereNobodyLivesIsGivenUp() throws Exception {
        JsonNode channel = api.create(api.admin(), "/api/teams/acme", """
                {"kind":"email","name":"us","to":["ops@example.com"]}""");
        api.deliver();

        api.raise(alert("a1", Severity.CRITICAL));
        stand.awaitDelivered(channel, 1);

        assertThat(mailServer.mails().getFirst())
                .contains("RCPT TO:<ops@example.com>", "Subject: Budget exceeded: the <b>month</b> & more")
                .contains(
                        "X-Prompt-Manage-Alert-Id: a1",
                        "a1." + channel.path("id").asText())
                .contains("text/plain", "text/html", "&lt;b&gt;month&lt;/b&gt;", "https://prompts.example.com");
        JsonNode nowhere = api.create(api.admin(), "/api/teams/acme", """
                {"kind":"email","name":"nobody","to":["nobody@example.com"]}""");
        api.raise(alert("a2", Severity.CRITICAL));
        Await.until(() -> assertThat(api.deliveries(nowhere.path("id").asText())
                        .path(0)
                        .path("status")
                        .asText())
                .isEqualTo("failed"));
        assertThat(api.deliveries(nowhere.path("id").asText())
                        .path(0)
                        .path("attemptCount")
                        .asInt())
                .as("a mailbox that does not exist today does not exist in an hour")
                .isEqualTo(1);
    }

    @Test
    void anAddressThatIsRefusedIsNamedAndKeepsTheAlertFromNobodyElse() throws Exception {
        JsonNode channel = api.create(api.admin(), "/api/teams/acme", """
                {"kind":"email","name":"all","to":["finance@example.com","nobody@example.com","ops@example.com"]}""");
        String id = channel.path("id").asText();
        api.deliver();

        api.raise(alert("a1", Severity.CRITICAL));

        JsonNode delivery = attempted(id, "failed", 1);
        assertThat(delivery.path("problem").asText())
                .isEqualTo("the mail server refused nobody@example.com with code 550; the other 2 have it");
        assertThat(delivery.path("attempts").path(0).path("response").asText())
                .isEqualTo(delivery.path("problem").asText());
        assertThat(mailServer.mails()).hasSize(1);
        assertThat(mailServer.mails().getFirst())
                .contains("RCPT TO:<finance@example.com>", "RCPT TO:<ops@example.com>")
                .doesNotContain("nobody@");

        sendAgain(id, delivery);
        attempted(id, "failed", 2);
        assertThat(mailServer.mails()).as("who has it is not sent it again").hasSize(1);

        api.api().send(api.admin(), "PATCH", "/api/teams/acme/notification-channels/" + id, """
                {"to":["finance@example.com","somebody@example.com","ops@example.com"]}""");
        sendAgain(id, delivery);
        attempted(id, "delivered", 3);
        assertThat(mailServer.mails()).hasSize(2);
        assertThat(mailServer.mails().getLast())
                .contains("RCPT TO:<somebody@example.com>")
                .doesNotContain("finance@", "ops@");

        sendAgain(id, delivery);
        attempted(id, "delivered", 4);
        assertThat(mailServer.mails())
                .as("what everyone has is sent to everyone, if it is asked for")
                .hasSize(3);
        assertThat(mailServer.mails().getLast())
                .contains("<finance@example.com>", "<somebody@example.com>", "<ops@example.com>");
    }

    @Test
    void anAddressThatIsRefusedForNowIsTriedAgainAloneAndOthersHaveItAtOnce() throws Exception {
        JsonNode channel = api.create(api.admin(), "/api/teams/acme", """
                {"kind":"email","name":"two","to":["busy@example.com","finance@example.com"]}""");
        String id = channel.path("id").asText();
        api.deliver();

        api.raise(alert("a1", Severity.CRITICAL));

        assertThat(attempted(id, "pending", 1).path("problem").asText())
                .isEqualTo("the mail server refused busy@example.com with code 451; the other one has it");
        assertThat(mailServer.mails()).hasSize(1);
        mailServer.takeForBusy();
        api.api().clock().advance(Duration.ofSeconds(7));

        stand.awaitDelivered(channel, 1);
        assertThat(mailServer.mails()).hasSize(2);
        assertThat(mailServer.mails().getLast())
                .contains("RCPT TO:<busy@example.com>")
                .doesNotContain("finance@");
    }

    private void sendAgain(String channelId, JsonNode delivery) {
        assertThat(api.api()
                        .post(
                                api.admin(),
                                "/api/teams/acme/notification-channels/%s/deliveries/%s/resend"
                                        .formatted(
                                                channelId, delivery.path("id").asText()),
                                "")
                        .status())
                .isEqualTo(202);
    }

    /** The channel's only delivery, once so many attempts were made and it is so. */
    private JsonNode attempted(String channelId, String status, int attempts) throws Exception {
        Await.until(() -> {
            JsonNode now = api.deliveries(channelId).path(0);
            assertThat(now.path("attemptCount").asInt()).isEqualTo(attempts);
            assertThat(now.path("status").asText()).isEqualTo(status);
        });
        return api.deliveries(channelId).path(0);
    }
}
