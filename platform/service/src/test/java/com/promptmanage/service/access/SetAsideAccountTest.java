package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.access.SignInStand.Landed;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Accounts that someone made with an address, when whom the address belongs to comes from an issuer. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SetAsideAccountTest {

    private final SignInStand stand = new SignInStand();

    @AfterAll
    void close() {
        stand.close();
    }

    @Test
    void whoTookAnAddressBeforeItsOwnerCameHasNothingInTheOwnersAccount() throws Exception {
        HttpResponse<String> squatter = stand.register("owner@example.com");
        String token = SignInStand.json(squatter).path("token").asText();
        String id = SignInStand.json(squatter).path("user").path("id").asText();
        String key = stand.access
                .keys()
                .create(Scope.EVERYONE, NewKey.of("back door", Account.user(id)))
                .secret();
        Map<String, Object> owner = SignInStand.claims("Owner@Example.com", true, "Owner");

        assertThat(stand.signIn("company", "sub-owner", owner).location())
                .isEqualTo("/sign-in?problem=account_unproven&issuer=company");
        var foreign = stand.browser();
        URI back = stand.at(foreign.startAfresh("company", "cross-site"));
        stand.nextIs("company", "sub-owner", owner, 3600);
        assertThat(foreign.comeBack(back).location())
                .as("asked for by another site")
                .isEqualTo("/sign-in?problem=account_unproven&issuer=company");
        var closed = stand.browser();
        back = stand.at(closed.startAfresh("partner", "same-origin"));
        stand.nextIs("partner", "sub-owner", owner, 3600);
        assertThat(closed.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_up_closed");
        assertThat(stand.status(token)).as("nothing has ended yet").isEqualTo(200);

        var browser = stand.browser();
        back = stand.at(browser.startAfresh("company", "same-origin"));
        stand.nextIs("company", "sub-owner", owner, 3600);
        Landed landed = browser.comeBack(back);

        JsonNode me = stand.me(landed);
        assertThat(me.path("id").asText()).isNotEqualTo(id);
        assertThat(me.path("email").asText()).isEqualTo("owner@example.com");
        assertThat(stand.status(token)).as("the session").isEqualTo(401);
        assertThat(stand.status(key)).as("the key").isEqualTo(401);
        assertThat(stand.post("/api/auth/login", """
                        {"email":"owner@example.com","password":"%s"}""".formatted(SignInStand.PASSWORD))
                        .statusCode())
                .as("the password")
                .isEqualTo(401);
        assertThat(stand.post("/api/auth/login", """
                        {"email":"%s@set-aside.invalid","password":"%s"}""".formatted(id, SignInStand.PASSWORD))
                        .statusCode())
                .isEqualTo(401);
        assertThat(stand.logged(id)).containsExactly("account_set_aside");
        assertThat(stand.logged(me.path("id").asText())).containsExactly("identity_linked");
        // A second issuer that vouches for the address joins the same account, and ends nothing.
        Landed other = stand.signIn("partner", "sub-owner-too", SignInStand.claims("owner@example.com", true, null));
        assertThat(stand.me(other).path("id")).isEqualTo(me.path("id"));
        assertThat(stand.me(landed).path("id")).isEqualTo(me.path("id"));
        assertThat(stand.welcomed.stream().filter("owner@example.com"::equals)).hasSize(1);
    }

    @Test
    void whoIsSignedInKeepsTheirAccountIfTheIssuerVouchesForItsAddress() throws Exception {
        HttpResponse<String> made = stand.register("both@example.com");
        String token = SignInStand.json(made).path("token").asText();
        String id = SignInStand.json(made).path("user").path("id").asText();

        var browser = stand.browser();
        browser.isSignedIn(token);
        URI back = stand.at(browser.start("company", "/"));
        stand.nextIs("company", "sub-other", SignInStand.claims("mallory@example.com", true, null), 3600);
        assertThat(stand.me(browser.comeBack(back)).path("id").asText())
                .as("another's identity opens another's account, not this one")
                .isNotEqualTo(id);
        browser.isSignedIn(token);
        back = stand.at(browser.start("company", "/"));
        stand.nextIs("company", "sub-both", SignInStand.claims("both@example.com", true, null), 3600);
        JsonNode me = stand.me(browser.comeBack(back));

        assertThat(me.path("id").asText()).isEqualTo(id);
        assertThat(me.path("emailVerified").asBoolean()).isTrue();
        assertThat(me.path("hasPassword").asBoolean()).isTrue();
        assertThat(stand.status(token)).isEqualTo(200);
        assertThat(stand.logged(id)).containsExactly("identity_linked");
        assertThat(stand.welcomed).contains("both@example.com");
        assertThat(stand.me(stand.signIn("company", "sub-both", Map.of()))
                        .path("id")
                        .asText())
                .isEqualTo(id);
    }
}
