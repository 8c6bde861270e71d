package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.access.SignInStand.Landed;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Signing in at a real issuer, as a browser does: there, back, and in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IssuerSignInTest {

    private final SignInStand stand = new SignInStand();

    @AfterAll
    void close() {
        stand.close();
    }

    @Test
    void theButtonsAreThoseThatTheOperatorHasSet() throws Exception {
        JsonNode listed = SignInStand.json(stand.get("/api/auth/issuers", Map.of()));

        assertThat(listed.path("issuers").findValuesAsText("id"))
                .containsExactly("company", "partner", "trusted", "lasting", "gone");
        assertThat(listed.path("issuers").path(0).path("name").asText()).isEqualTo("Sign in with company");
        assertThat(listed.toString()).doesNotContain("s3cret");
    }

    @Test
    void whoComesForTheFirstTimeGetsAnAccountAndFindsItAgain() throws Exception {
        var browser = stand.browser();

        URI there = browser.start("company", "/dashboard/usage?period=month");
        assertThat(there.getRawQuery())
                .contains("response_type=code")
                .contains("code_challenge_method=S256")
                .contains("code_challenge=")
                .contains("nonce=")
                .contains("state=")
                .contains("scope=openid");
        URI back = stand.at(there);
        stand.nextIs("company", "sub-1", SignInStand.claims("first@example.com", true, "First Comer"), 3600);
        Landed landed = browser.comeBack(back);

        assertThat(landed.location()).isEqualTo("/dashboard/usage?period=month");
        JsonNode me = stand.me(landed);
        assertThat(me.path("email").asText()).isEqualTo("first@example.com");
        assertThat(me.path("name").asText()).isEqualTo("First Comer");
        assertThat(me.path("emailVerified").asBoolean()).isTrue();
        assertThat(me.path("hasPassword").asBoolean()).isFalse();
        // By what the issuer calls them, whatever their address has become.
        Landed again = stand.signIn("company", "sub-1", SignInStand.claims("other@example.com", false, null));
        assertThat(stand.me(again).path("id")).isEqualTo(me.path("id"));
        assertThat(stand.welcomed).contains("first@example.com").doesNotContain("other@example.com");
    }

    @Test
    void anAnswerIsGoodOnceAndForTheBrowserThatAsked() throws Exception {
        var browser = stand.browser();
        URI back = stand.at(browser.start("company", "/"));
        var other = stand.browser();
        assertThat(other.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_in_expired");
        other.start("company", "/");
        assertThat(other.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_in_expired");
        assertThat(browser.comeBack(back).location())
                .as("the other browser has used it up")
                .isEqualTo("/sign-in?problem=sign_in_expired");

        URI second = stand.at(browser.start("company", "/"));
        URI elsewhere = URI.create(second.toString().replace("/company/", "/partner/"));
        assertThat(browser.comeBack(elsewhere).location())
                .as("at another issuer's address")
                .isEqualTo("/sign-in?problem=sign_in_expired");
        second = stand.at(browser.start("company", "/"));
        stand.nextIs("company", "sub-once", SignInStand.claims("once@example.com", true, null), 3600);
        assertThat(browser.comeBack(second).session()).isPresent();
        assertThat(browser.comeBack(second).location()).isEqualTo("/sign-in?problem=sign_in_expired");

        URI late = stand.at(browser.start("company", "/"));
        stand.clock.advance(PendingSignIns.LIFETIME);
        assertThat(browser.comeBack(late).location()).isEqualTo("/sign-in?problem=sign_in_expired");
    }

    @Test
    void aTokenThatIsNotForThisAttemptOfThisClientByThisIssuerNowProvesNothing() throws Exception {
        Map<String, Object> good = SignInStand.claims("victim@example.com", true, null);
        for (Map<String, Object> bad : List.<Map<String, Object>>of(
                Map.of("iss", "https://evil.example.com"),
                Map.of("aud", "another-client"),
                Map.of("nonce", "of-another-attempt"))) {
            var claims = new HashMap<>(good);
            claims.putAll(bad);
            assertThat(stand.signIn("company", "sub-bad", claims).location())
                    .as(bad.toString())
                    .isEqualTo("/sign-in?problem=sign_in_unproven");
        }
        assertThat(stand.usersWith("victim@example.com")).isZero();
    }

    @Test
    void aTokenIsGoodUntilItsTimeIsOverWhateverIsSaidBesideIt() throws Exception {
        var browser = stand.browser();
        URI back = stand.at(browser.start("lasting", "/"));
        stand.nextIs("lasting", "sub-late", SignInStand.claims("late@example.com", true, null), -61);
        assertThat(browser.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_in_unproven");
        assertThat(stand.usersWith("late@example.com")).isZero();

        back = stand.at(browser.start("lasting", "/"));
        stand.nextIs("lasting", "sub-late", SignInStand.claims("late@example.com", true, null), -30);
        assertThat(browser.comeBack(back).session())
                .as("clocks differ by a minute at most")
                .isPresent();
    }

    @Test
    void anAddressThatNobodyVouchesForOpensNothing() throws Exception {
        assertThat(stand.signIn("company", "sub-unsure", SignInStand.claims("unsure@example.com", false, null))
                        .location())
                .isEqualTo("/sign-in?problem=email_unverified");
        assertThat(stand.signIn("company", "sub-mute", Map.of()).location())
                .isEqualTo("/sign-in?problem=email_unverified");
        assertThat(stand.signIn("company", "sub-operator", SignInStand.claims(SignInStand.OPERATOR, true, null))
                        .location())
                .isEqualTo("/sign-in?problem=operator_account");
        assertThat(stand.signIn("partner", "sub-new", SignInStand.claims("new@example.com", true, null))
                        .location())
                .isEqualTo("/sign-in?problem=sign_up_closed");
        assertThat(stand.usersWith("unsure@example.com") + stand.usersWith("new@example.com"))
                .isZero();
    }

    @Test
    void addressesAreReadWhereTheIssuerTellsThemAndOnlyOfWhomTheTokenIsAbout() throws Exception {
        var browser = stand.browser();
        URI back = stand.at(browser.start("company", "/"));
        stand.issuers()
                .enqueueCallback(new SignInStand.OnRequest(
                        "company",
                        "sub-asked",
                        Map.of("email", "asked@example.com", "email_verified", "true", "name", "Asked")));
        JsonNode me = stand.me(browser.comeBack(back));
        assertThat(me.path("email").asText()).isEqualTo("asked@example.com");
        assertThat(me.path("name").asText()).isEqualTo("Asked");

        back = stand.at(browser.start("company", "/"));
        stand.issuers()
                .enqueueCallback(new SignInStand.OnRequest(
                        "company",
                        "sub-swapped",
                        Map.of("sub", "sub-asked", "email", "swapped@example.com", "email_verified", true)));
        assertThat(browser.comeBack(back).location()).isEqualTo("/sign-in?problem=sign_in_unproven");
        assertThat(stand.usersWith("swapped@example.com")).isZero();
    }

    @Test
    void onlyAnIssuerThatTheOperatorTrustsMaySayNothingOfHowSureItIsOfAnAddress() throws Exception {
        Map<String, Object> unsaid = Map.of("email", "unsaid@example.com");
        assertThat(stand.signIn("company", "sub-unsaid", unsaid).location())
                .isEqualTo("/sign-in?problem=email_unverified");
        assertThat(stand.me(stand.signIn("trusted", "sub-unsaid", unsaid))
                        .path("emailVerified")
                        .asBoolean())
                .isTrue();
        assertThat(stand.signIn("trusted", "sub-denied", SignInStand.claims("denied@example.com", false, null))
                        .location())
                .as("that it is not verified is believed of everyone")
                .isEqualTo("/sign-in?problem=email_unverified");
    }

    @Test
    void nobodyIsLedAwayAndWhatGoesWrongIsToldOnThePageToSignIn() throws Exception {
        assertThat(stand.signIn(
                                "company",
                                "sub-then",
                                SignInStand.claims("then@example.com", true, null),
                                "//evil.example.com")
                        .location())
                .isEqualTo("/");
        assertThat(stand.signIn("company", "sub-then", Map.of(), "/\\evil.example.com")
                        .location())
                .isEqualTo("/");
        assertThat(stand.browser().start("gone", "/")).hasToString("/sign-in?problem=issuer_away");
        assertThat(stand.get("/api/auth/issuers/unknown/start", Map.of()).statusCode())
                .isEqualTo(404);
        var browser = stand.browser();
        URI there = browser.start("company", "/");
        String state = there.getRawQuery().replaceFirst(".*state=([^&]+).*", "$1");
        assertThat(browser.comeBack(URI.create(SignInStand.PUBLIC
                                + "/api/auth/issuers/company/callback?error=access_denied&state=" + state))
                        .location())
                .isEqualTo("/sign-in?problem=issuer_refused");
    }

    @Test
    void anIssuerMayChangeItsKeysAndIsAskedForThemNoMoreThanNowAndThen() throws Exception {
        // The keys that are known are too old, and so fetched again just now.
        stand.clock.advance(Duration.ofHours(1));
        assertThat(signInAsSomeone()).isEqualTo("/sign-in?problem=email_unverified");
        stand.restartIssuers();
        // Keys are given out in order of need: the first one was company's before.
        stand.issuers().issueToken("someone-else");
        // By a connection to the server of before, which only now is found to be broken.
        signInAsSomeone();

        assertThat(signInAsSomeone())
                .as("signed by a key that is not known, a moment after they were fetched")
                .isEqualTo("/sign-in?problem=sign_in_unproven");
        stand.clock.advance(Duration.ofSeconds(11));
        assertThat(signInAsSomeone()).isEqualTo("/sign-in?problem=email_unverified");
    }

    /** As whom the issuer makes up, without an address: with a good signature that is all that is missing. */
    private String signInAsSomeone() throws Exception {
        var browser = stand.browser();
        return browser.comeBack(stand.at(browser.start("company", "/"))).location();
    }
}
