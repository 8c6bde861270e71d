package com.promptmanage.query.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.database.RowSecurity;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChannelRoutesTest {

    private static final String PATH = "/api/teams/acme/notification-channels";

    private Hook hook;

    private NotifyingApi api;

    @BeforeEach
    void start() throws Exception {
        hook = new Hook();
        api = new NotifyingApi(Optional.empty());
    }

    @AfterEach
    void stop() {
        api.close();
        hook.close();
    }

    @Test
    void aChannelIsMadeShownChangedTriedOutAndDeleted() {
        JsonNode made = api.channel("webhook", hook.url("/alerts/T0/s3cret"));
        String path = PATH + "/" + made.path("id").asText();
        assertThat(made.path("secret").asText()).startsWith("whsec_");
        assertThat(api.api().get(api.admin(), path).json().has("secret")).isFalse();

        Answer changed = api.api().send(api.admin(), "PATCH", path, """
                {"name":"other","minimumLevel":"critical","format":"litellm"}""");
        assertThat(changed.json().path("name").asText()).isEqualTo("other");
        assertThat(changed.json().path("format").asText()).isEqualTo("litellm");
        Answer trial = api.api().post(api.admin(), path + "/test", "");
        assertThat(trial.json().path("delivered").booleanValue()).isTrue();
        assertThat(hook.received().getFirst().path()).isEqualTo("/alerts/T0/s3cret");
        assertThat(hook.received().getFirst().json().path("event").asText()).isEqualTo("threshold_crossed");
        JsonNode log = api.deliveries(made.path("id").asText());
        assertThat(log).hasSize(1);
        assertThat(log.path(0).path("test").booleanValue()).isTrue();
        assertThat(log.path(0).path("attempts").path(0).path("outcome").asText())
                .isEqualTo("delivered");

        assertThat(api.api().delete(api.admin(), path).status()).isEqualTo(204);
        assertThat(api.api().get(api.admin(), path).status()).isEqualTo(404);
        assertThat(api.api().get(api.admin(), PATH).json().path("channels")).isEmpty();
        List<String> audited = api.api()
                .database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT action || coalesce(old_values::text, '') || coalesce(new_values::text, '')
                        FROM audit_log WHERE resource_type = 'notification_channel' ORDER BY id
                        """).mapTo(String.class).list());
        assertThat(audited)
                .hasSize(4)
                .satisfiesExactly(
                        entry -> assertThat(entry).startsWith("channel_created"),
                        entry -> assertThat(entry).startsWith("channel_changed").contains("critical"),
                        entry -> assertThat(entry).startsWith("channel_tested"),
                        entry -> assertThat(entry).startsWith("channel_deleted"))
                .noneSatisfy(entry -> assertThat(entry).contains("s3cret"));
    }

    @Test
    void whatIsSoAlreadyIsNoChangeOfAChannelOrOfPreferences() {
        JsonNode made = api.channel("webhook", hook.url("/"));
        String path = PATH + "/" + made.path("id").asText();
        JsonNode before = api.api().get(api.admin(), path).json();
        String preferences = "/api/users/me/notification-preferences";
        String person = api.api().signIn("acme-viewer");
        String wanted = "{\"minimumLevel\":\"warning\",\"alertTypes\":[\"anomaly\"]}";
        assertThat(api.api().put(person, preferences, wanted).status()).isEqualTo(200);
        api.api().clock().advance(java.time.Duration.ofMinutes(1));

        Answer channel = api.api().send(api.admin(), "PATCH", path, """
                {"name":"%s","enabled":true}""".formatted(
                        made.path("name").asText()));
        Answer again = api.api().put(person, preferences, wanted);

        assertThat(channel.status()).isEqualTo(200);
        assertThat(channel.json()).isEqualTo(before);
        assertThat(again.status()).isEqualTo(200);
        assertThat(audited()).containsExactly("channel_created", "notification_preferences_changed");
        api.api().send(api.admin(), "PATCH", path, "{\"enabled\":false}");
        assertThat(audited()).last().isEqualTo("channel_changed");
    }

    private List<String> audited() {
        return api.api()
                .database()
                .asSystem(handle -> handle.createQuery("""
                        SELECT action FROM audit_log WHERE resource_type LIKE 'notification%' ORDER BY id
                        """).mapTo(String.class).list());
    }

    @Test
    void anAccountTriesOutSoManyTimesAnHourHoweverManyChannelsItMakes() {
        for (int i = 0; i < 30; i++) {
            assertThat(tryOut(api.channel("webhook", hook.url("/"))).status()).isEqualTo(200);
            api.api().database().useAsSystem(handle -> handle.execute("DELETE FROM notification_channels"));
        }

        JsonNode last = api.channel("webhook", hook.url("/"));
        assertThat(tryOut(last).status()).isEqualTo(429);
        api.api().clock().advance(java.time.Duration.ofMinutes(61));
        assertThat(tryOut(last).status()).isEqualTo(200);
    }

    private Answer tryOut(JsonNode channel) {
        return api.api().post(api.admin(), PATH + "/" + channel.path("id").asText() + "/test", "");
    }

    @Test
    void aTrialThatFailsSaysWhy() {
        hook.answers(number -> 404);
        JsonNode made = api.channel("slack", hook.url("/services/x"));

        JsonNode trial = api.api()
                .post(api.admin(), PATH + "/" + made.path("id").asText() + "/test", "")
                .json();

        assertThat(trial.path("delivered").booleanValue()).isFalse();
        assertThat(trial.path("status").asInt()).isEqualTo(404);
        assertThat(trial.path("response").asText()).isEqualTo("noted");
        assertThat(trial.path("problem").asText()).isEqualTo("the address answered 404: noted");
        assertThat(hook.received().getFirst().json().path("blocks").isArray()).isTrue();
    }

    @Test
    void aTrialThatIsSentElsewhereSaysThatNobodyGoesThere() {
        hook.answers(number -> 302);
        JsonNode made = api.channel("webhook", hook.url("/"));

        JsonNode trial = tryOut(made).json();

        assertThat(trial.path("problem").asText()).contains("answered 302", "redirects are not followed");
    }

    @Test
    void whatIsSecretIsNeitherShownNorReadableInTheDatabase() {
        JsonNode made = api.channel("webhook", hook.url("/alerts/T0/s3cret"));

        String shown = api.api().get(api.admin(), PATH).response().body();
        String kept = api.api()
                .database()
                .asSystem(handle -> handle.createQuery("SELECT c::text FROM notification_channels c")
                        .mapTo(String.class)
                        .one());

        assertThat(made.path("url").asText()).endsWith("/…");
        for (String text : List.of(shown, kept)) {
            assertThat(text).doesNotContain("s3cret").doesNotContain("whsec_");
        }
        assertThat(kept).doesNotContain("127.0.0.1");
    }

    @Test
    void anOldKeyMayGoOnceAllIsEncryptedAnewAndAChannelThatCannotBeReadHoldsUpNoOther() {
        String lost = api.channel("slack", hook.url("/lost")).path("id").asText();
        String kept = api.channel("webhook", hook.url("/kept")).path("id").asText();
        String zeros = Base64.getEncoder().encodeToString(new byte[32]);
        String ones = Base64.getEncoder().encodeToString("1".repeat(32).getBytes(StandardCharsets.US_ASCII));
        api.api()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE notification_channels SET sealed = replace(sealed, 'v1.test.', 'v1.lost.') WHERE id = ?",
                        lost));
        Optional<Channel> before = table("test:" + zeros).find(Scope.EVERYONE, Account.team("acme"), kept);

        table("new:%s,test:%s".formatted(ones, zeros)).reseal();

        assertThat(table("new:" + ones).find(Scope.EVERYONE, Account.team("acme"), kept))
                .isEqualTo(before)
                .isPresent();
        assertThat(table("test:" + zeros)
                        .find(Scope.EVERYONE, Account.team("acme"), kept)
                        .map(Channel::destination))
                .hasValue(new Destination.Unreadable("webhook"));
    }

    @Test
    void aChannelWhoseKeyIsGoneHidesNoOtherAndCanBeDeleted() {
        String lost = api.channel("slack", hook.url("/lost")).path("id").asText();
        String kept = api.channel("webhook", hook.url("/kept")).path("id").asText();
        api.api()
                .database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE notification_channels SET sealed = replace(sealed, 'v1.test.', 'v1.lost.') WHERE id = ?",
                        lost));

        JsonNode list = api.api().get(api.admin(), PATH).json().path("channels");
        assertThat(list.findValuesAsText("id")).containsExactlyInAnyOrder(lost, kept);
        assertThat(list.valueStream()
                        .filter(one -> one.path("unreadable").asBoolean())
                        .map(one ->
                                one.path("id").asText() + " " + one.path("kind").asText()))
                .containsExactly(lost + " slack");
        String one = PATH + "/" + lost;
        assertThat(api.api()
                        .send(api.admin(), "PATCH", one, "{\"name\":\"other\"}")
                        .status())
                .isEqualTo(409);
        assertThat(api.api().post(api.admin(), one + "/test", "").status()).isEqualTo(409);
        assertThat(api.api().post(api.admin(), one + "/rotate-secret", "").status())
                .isEqualTo(409);
        assertThat(api.api().delete(api.admin(), one).status()).isEqualTo(204);
    }

    /** As a process with these keys has it, of which the first encrypts. */
    private ChannelTable table(String keys) {
        return new ChannelTable(
                api.api().database(),
                new SecretBox(SecretKeys.from(new Settings("PM_", Map.of("PM_SECRET_KEYS", keys)))));
    }

    @Test
    void everythingWrongWithAChannelIsToldAtOnce() {
        Answer answer = api.api().post(api.admin(), PATH, """
                {"kind":"slack","url":"http://169.254.169.254/latest","minimumLevel":"loud","to":["a@example.com"],"enabled":"yes","secret":"x"}""");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("secret", "url", "minimumLevel", "enabled", "name", "to");
        assertThat(api.api()
                        .post(api.admin(), PATH, "{\"name\":\"x\",\"kind\":\"pigeon\"}")
                        .status())
                .isEqualTo(400);
        assertThat(api.api()
                        .post(api.admin(), PATH, "{\"name\":\"x\",\"kind\":\"email\",\"to\":[\"nobody\"]}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void preferencesAreKeptAsTheyWereSent() {
        String path = "/api/users/me/notification-preferences";
        String person = api.api().signIn("acme-viewer");
        String mine = api.create(person, "/api/users/me", """
                        {"kind":"webhook","name":"mine","url":"%s"}""".formatted(hook.url("/alerts")))
                .path("id")
                .asText();
        String sent = """
                {"minimumLevel":"warning","alertTypes":["budget_exceeded","anomaly"],"channels":["%s"],
                 "quietHours":{"start":"22:00","end":"07:00","timezone":"Europe/Berlin"},
                 "digest":{"at":"09:00","timezone":"UTC"}}""".formatted(mine);
        JsonNode before = api.api().get(person, path).json();
        assertThat(before.path("minimumLevel").asText()).isEqualTo("info");
        assertThat(before.path("quietHours").isNull()).isTrue();

        assertThat(api.api().put(person, path, sent).status()).isEqualTo(200);

        JsonNode after = api.api().get(person, path).json();
        assertThat(after.path("alertTypes").toString()).isEqualTo("[\"budget_exceeded\",\"anomaly\"]");
        assertThat(after.path("channels").toString()).isEqualTo("[\"%s\"]".formatted(mine));
        assertThat(after.path("quietHours").path("timezone").asText()).isEqualTo("Europe/Berlin");
        assertThat(after.path("digest").path("at").asText()).isEqualTo("09:00");
        Answer wrong = api.api().put(person, path, """
                {"alertTypes":["x"],"quietHours":{"start":"25:00","end":"07:00","timezone":"Mars"},"digest":{}}""");
        assertThat(wrong.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder(
                        "alertTypes[0]", "quietHours.start", "quietHours.timezone", "digest.at", "digest.timezone");
    }

    @Test
    void channelsAreForThoseWhoManageAndTheyAloneSeeThem() {
        JsonNode made = api.channel("webhook", hook.url("/"));
        String path = PATH + "/" + made.path("id").asText();
        api.api().team("other", "UTC");
        String stranger = api.api().signIn("other-owner");
        String viewer = api.api().signIn("acme-viewer");
        String queryKey = api.api().key(Account.team("acme"), KeyScope.QUERY);

        for (String one : List.of(PATH, path, path + "/deliveries")) {
            assertThat(api.api().get("", one).status()).isEqualTo(401);
            assertThat(api.api().get(stranger, one).status()).isEqualTo(404);
            assertThat(api.api().get(viewer, one).status()).isEqualTo(403);
            assertThat(api.api().get(queryKey, one).status()).isEqualTo(403);
            assertThat(api.api().get(api.admin(), one).status()).isEqualTo(200);
        }
        assertThat(api.api()
                        .get(
                                stranger,
                                "/api/teams/other/notification-channels/"
                                        + made.path("id").asText())
                        .status())
                .as("by its id under one's own team")
                .isEqualTo(404);
        assertThat(api.api()
                        .get(
                                api.api().key(Account.team("acme"), KeyScope.MANAGE),
                                "/api/users/me/notification-channels")
                        .status())
                .isEqualTo(403);
        assertThat(RowSecurity.problems(api.api().database())).isEmpty();
    }

    @Test
    void anAccountThatIsDisabledTellsNobodyAnyMore() {
        String id = api.create(api.api().signIn("acme-viewer"), "/api/users/me", """
                        {"kind":"webhook","name":"mine","url":"%s"}""".formatted(hook.url("/alerts")))
                .path("id")
                .asText();
        JsonNode others = api.channel("webhook", hook.url("/team"));

        api.api()
                .database()
                .useAsSystem(handle -> handle.execute("UPDATE users SET disabled_at = now() WHERE id = 'acme-viewer'"));

        assertThat(api.api()
                        .database()
                        .<String, RuntimeException>asSystem(handle -> handle.createQuery("""
                                SELECT enabled || ' ' || disabled_reason FROM notification_channels WHERE id = :id
                                """)
                                .bind("id", id)
                                .mapTo(String.class)
                                .one()))
                .isEqualTo("false The account was disabled.");
        assertThat(api.channelNow(others.path("id").asText()).path("enabled").asBoolean())
                .isTrue();
    }

    @Test
    void whoHasProvedAnAddressHasAChannelToItWhereThereIsAMailServer() {
        String viewer = api.api().signIn("acme-viewer");
        var mailer = new Mailer(
                new MailSettings(
                        "127.0.0.1",
                        1,
                        MailSettings.Security.NONE,
                        Optional.empty(),
                        "pm@example.com",
                        Duration.ofSeconds(1)),
                api.api().clock());
        for (Optional<Mailer> mail : List.of(Optional.<Mailer>empty(), Optional.of(mailer))) {
            assertThat(api.api()
                            .get(viewer, "/api/users/me/notification-channels")
                            .json()
                            .path("channels"))
                    .isEmpty();
            var notifications = Notifications.of(
                    api.api().database(),
                    new Notifications.Ways(api.outbound(), mail, NotifyingApi.SECRETS, Optional.empty()),
                    new SimpleMeterRegistry(),
                    api.api().clock());
            api.api()
                    .database()
                    .useAsSystem(handle -> notifications.welcome(handle, "acme-viewer", "viewer@example.com"));
        }

        JsonNode channels = api.api()
                .get(viewer, "/api/users/me/notification-channels")
                .json()
                .path("channels");
        assertThat(channels).hasSize(1);
        assertThat(channels.path(0).path("kind").asText()).isEqualTo("email");
        assertThat(channels.path(0).path("to").path(0).asText()).isEqualTo("viewer@example.com");
        assertThat(channels.path(0).path("enabled").asBoolean()).isTrue();
    }

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsARoute() {
        OpenApi description = OpenApi.of("notify", "test", List.of(Notifications.OPEN_API));

        assertThat(description.differencesFrom(api.api().server())).isEmpty();
        assertThat(OpenApi.of(
                                "notify",
                                "test",
                                List.of(
                                        Notifications.OPEN_API,
                                        com.promptmanage.query.QueryWorkers.OPEN_API,
                                        com.promptmanage.query.QueryRoutes.OPEN_API,
                                        OpenApi.OPERATIONS))
                        .danglingReferences())
                .isEmpty();
    }
}
