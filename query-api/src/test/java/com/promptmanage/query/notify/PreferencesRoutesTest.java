package com.promptmanage.query.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.http.TestApi.Answer;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Preferences and the channels that they name. */
class PreferencesRoutesTest {

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
    void preferencesNameChannelsOfTheAccountOnlyAndThoseThatAreOffToo() {
        String path = "/api/teams/acme/notification-preferences";
        String off = api.channel("webhook", hook.url("/")).path("id").asText();
        api.api().send(api.admin(), "PATCH", PATH + "/" + off, "{\"enabled\":false}");
        String elsewhere = api.create(
                        api.api().signIn("acme-viewer"), "/api/users/me", """
                        {"kind":"webhook","name":"mine","url":"%s"}""".formatted(hook.url("/alerts")))
                .path("id")
                .asText();

        Answer wrong = api.api().put(api.admin(), path, """
                {"channels":["%s","no-such","%s",5],"minimumLevel":"loud"}""".formatted(off, elsewhere));

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("channels[1]", "channels[2]", "channels[3]", "minimumLevel");
        assertThat(api.api().put(api.admin(), path, "{\"channels\":5}").json().path("errors"))
                .hasSize(1);
        assertThat(api.api().get(api.admin(), path).json().path("channels").isNull())
                .isTrue();
        assertThat(api.api()
                        .put(api.admin(), path, "{\"channels\":[\"%s\"]}".formatted(off))
                        .status())
                .isEqualTo(200);
    }

    /** Each is told with all that there are: what was wrong thousands of times would be answered by megabytes. */
    @Test
    void noMoreWrongAlertTypesAreToldThanThereAreRightOnes() {
        String many = "5,".repeat(1_000) + "5";

        Answer wrong = api.api()
                .put(
                        api.admin(),
                        "/api/teams/acme/notification-preferences",
                        "{\"alertTypes\":[%s],\"minimumLevel\":\"loud\"}".formatted(many));

        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().path("errors").findValuesAsText("field"))
                .hasSize(AlertType.values().length + 1)
                .contains("alertTypes[0]", "minimumLevel");
    }

    @Test
    void aChannelThatIsDeletedIsTakenOutOfThePreferences() {
        String path = "/api/teams/acme/notification-preferences";
        String one = api.channel("webhook", hook.url("/1")).path("id").asText();
        String two = api.channel("webhook", hook.url("/2")).path("id").asText();
        api.channel("webhook", hook.url("/3"));
        api.api().put(api.admin(), path, """
                {"minimumLevel":"warning","channels":["%s","%s"]}""".formatted(one, two));

        api.api().delete(api.admin(), PATH + "/" + one);
        assertThat(keptPreferences()).contains(two).doesNotContain(one);
        assertThat(lastAudited()).isEqualTo("notification_preferences_changed");

        api.api().delete(api.admin(), PATH + "/" + two);
        assertThat(keptPreferences()).contains("\"channels\": null", "\"minimumLevel\": \"warning\"");
    }

    private String keptPreferences() {
        return api.api()
                .database()
                .asSystem(handle -> handle.createQuery("SELECT preferences::text FROM notification_preferences")
                        .mapTo(String.class)
                        .one());
    }

    private String lastAudited() {
        return api.api()
                .database()
                .asSystem(handle -> handle.createQuery("SELECT action FROM audit_log ORDER BY id DESC LIMIT 1")
                        .mapTo(String.class)
                        .one());
    }
}
