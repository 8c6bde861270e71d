package com.promptmanage.query.notify;

import static com.promptmanage.query.notify.DeliveryStand.ACME;
import static com.promptmanage.query.notify.DeliveryStand.alert;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.budget.Severity;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Alerts that wait: for the hour of a digest, for the end of quiet hours, or for others of periods that are over. */
class HeldAlertsTest {

    @AutoClose
    private final DeliveryStand stand = new DeliveryStand();

    private final NotifyingApi api = stand.api();

    private final Hook hook = stand.hook();

    private final MailCatcher mailServer = stand.mailServer();

    @Test
    void aDigestArrivesAsOneMessageUnderOneId() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        String tomorrow = api.api().clock().instant().toString().substring(11, 16);
        api.api().put(api.admin(), "/api/teams/acme/notification-preferences", """
                {"digest":{"at":"%s","timezone":"UTC"}}""".formatted(tomorrow));
        api.deliver();

        api.raise(alert("a1", Severity.INFO), alert("a2", Severity.WARNING), alert("a3", Severity.CRITICAL));
        stand.awaitDelivered(channel, 1);
        assertThat(hook.ids()).containsExactly("a3");
        hook.answers(number -> number == 2 ? 500 : 200);
        api.api().clock().advance(Duration.ofHours(24));
        Await.until(() -> assertThat(hook.received()).hasSize(2));
        Await.until(() -> assertThat(api.deliveries(channel.path("id").asText()).findValuesAsText("attemptCount"))
                .containsOnly("1"));
        api.api().clock().advance(Duration.ofSeconds(7));

        stand.awaitDelivered(channel, 3);
        assertThat(hook.received()).hasSize(3);
        assertThat(hook.ids().get(1)).isEqualTo(hook.ids().get(2)).startsWith("digest_");
        JsonNode body = hook.received().getLast().json();
        assertThat(body.path("type").asText()).isEqualTo("alert.digest");
        assertThat(body.path("data").path("alerts").findValuesAsText("id")).containsExactlyInAnyOrder("a1", "a2");
    }

    /** LiteLLM's event is of one alert: the others of a message would be told nobody. */
    @Test
    void whatWaitedToGoTogetherGoesAloneToWhoTakesOneAtATimeByThen() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        String tomorrow = api.api().clock().instant().toString().substring(11, 16);
        api.api().put(api.admin(), "/api/teams/acme/notification-preferences", """
                {"digest":{"at":"%s","timezone":"UTC"}}""".formatted(tomorrow));
        api.raise(alert("a1", Severity.INFO), alert("a2", Severity.WARNING));
        String path =
                "/api/teams/acme/notification-channels/" + channel.path("id").asText();
        assertThat(api.api()
                        .patch(api.admin(), path, "{\"format\":\"litellm\"}")
                        .status())
                .isEqualTo(200);
        api.api().clock().advance(Duration.ofHours(24));
        api.deliver();

        stand.awaitDelivered(channel, 2);
        assertThat(hook.ids()).containsExactlyInAnyOrder("a1", "a2");
    }

    @Test
    void whatQuietHoursHoldIsSentOnceTheyAreTakenOff() throws Exception {
        JsonNode channel = api.channel("webhook", hook.url("/"));
        String path = "/api/teams/acme/notification-preferences";
        var now = api.api().clock().instant();
        String start = now.toString().substring(11, 16);
        String end = now.minus(Duration.ofMinutes(1)).toString().substring(11, 16);
        api.api().put(api.admin(), path, """
                {"quietHours":{"start":"%s","end":"%s","timezone":"UTC"}}""".formatted(start, end));
        api.raise(alert("a1", Severity.WARNING));
        assertThat(api.deliveries(channel.path("id").asText())
                        .path(0)
                        .path("nextAttemptAt")
                        .asText())
                .isGreaterThan(now.plus(Duration.ofHours(23)).toString());

        api.api().put(api.admin(), path, "{}");
        api.deliver();

        stand.awaitDelivered(channel, 1);
        assertThat(hook.received().getFirst().json().at("/data/accountName").asText())
                .isEqualTo("Team acme");
    }

    /** Who sends in a month of usage at once has it cross one threshold after the other. */
    @Test
    void alertsOfPeriodsThatAreOverReachPeopleTogetherAndProgramsEachByItself() throws Exception {
        JsonNode program = api.channel("webhook", hook.url("/"));
        JsonNode people = api.create(api.admin(), "/api/teams/acme", """
                {"kind":"email","name":"us","to":["ops@example.com"]}""");
        api.deliver();

        api.raise(Raised.late("a1", ACME), Raised.late("a2", ACME), alert("a3", Severity.WARNING));

        stand.awaitDelivered(program, 3);
        assertThat(hook.ids()).containsExactlyInAnyOrder("a1", "a2", "a3");
        stand.awaitDelivered(people, 1);
        assertThat(mailServer.mails()).singleElement().asString().contains("X-Prompt-Manage-Alert-Id: a3");
        api.api().clock().advance(Duration.ofMinutes(5));
        stand.awaitDelivered(people, 3);
        assertThat(mailServer.mails()).as("one for both").hasSize(2);
    }
}
