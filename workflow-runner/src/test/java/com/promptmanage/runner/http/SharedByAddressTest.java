package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.http.RunningApi.Answer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Workflows that are shared with people by their e-mail addresses. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SharedByAddressTest {

    @AutoClose
    private final RunningApi api = new RunningApi();

    private String path = "";

    @BeforeEach
    void createOnesOwn() {
        String id = api.post(
                        api.signIn("editor"),
                        "/api/workflows",
                        "{\"name\": \"Mine\", \"definition\": %s}".formatted(TwoSteps.DEFINITION))
                .json()
                .at("/workflow/id")
                .asText();
        path = "/api/workflows/%s/permissions".formatted(id);
    }

    @Test
    void whoIsInATeamWithOneIsKnownByTheirAddressHoweverItIsWritten() {
        Answer shared = share(" Viewer@Example.com ");

        assertThat(shared.status()).as(shared.json().toString()).isEqualTo(200);
        assertThat(shared.json().at("/permissions/0/userId").asText()).isEqualTo("viewer");
        assertThat(shared.json().path("permissions")).hasSize(1);
    }

    @Test
    void ofOthersNobodyLearnsWhetherTheyAreHere() {
        api.user("stranger");

        Answer ofStranger = share("stranger@example.com");
        Answer ofNobody = share("nobody@example.com");

        assertThat(ofStranger.status()).isEqualTo(400);
        assertThat(ofStranger.json().path("errors").toString().replace("stranger", "nobody"))
                .isEqualTo(ofNobody.json().path("errors").toString());
        assertThat(ofNobody.json().at("/errors/0/detail").asText()).contains("nobody@example.com", "a team");
    }

    @Test
    void aPersonComesOnceByAddressAndById() {
        Answer twice = api.put(api.signIn("editor"), path, """
                {"permissions": [{"userId": "viewer", "permissionLevel": "viewer"},
                                 {"userId": "viewer@example.com", "permissionLevel": "admin"}]}
                """);

        assertThat(twice.status()).isEqualTo(400);
        assertThat(twice.json().at("/errors/0/field").asText()).isEqualTo("permissions[1].userId");
    }

    private Answer share(String address) {
        return api.put(
                api.signIn("editor"),
                path,
                "{\"permissions\": [{\"userId\": \"%s\", \"permissionLevel\": \"viewer\"}]}".formatted(address));
    }
}
