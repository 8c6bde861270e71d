package com.promptmanage.service.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.service.settings.Settings;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IssuerSettingsTest {

    @Test
    void severalIssuersEachHaveSettingsOfTheirOwn() {
        var settings = new Settings(
                "PM_",
                Map.of(
                        "PM_PUBLIC_URL", "https://prompts.example.com/",
                        "PM_SIGN_UP", "false",
                        "PM_OIDC_ISSUERS", "company, lab",
                        "PM_OIDC_COMPANY_URL", "https://id.example.com/",
                        "PM_OIDC_COMPANY_NAME", "Company account",
                        "PM_OIDC_COMPANY_CLIENT_ID", "pm",
                        "PM_OIDC_COMPANY_CLIENT_SECRET", "s3cret",
                        "PM_OIDC_LAB_URL", "http://localhost:9000/lab",
                        "PM_OIDC_LAB_CLIENT_ID", "pm-lab",
                        "PM_OIDC_LAB_SIGN_UP", "true"));

        var issuers = AccessSettings.from(settings).issuers();
        settings.check();

        assertThat(issuers).hasSize(2);
        IssuerSettings company = issuers.getFirst();
        assertThat(company.name()).isEqualTo("Company account");
        assertThat(company.url()).as("to the letter").isEqualTo("https://id.example.com/");
        assertThat(company.discovery()).hasToString("https://id.example.com/.well-known/openid-configuration");
        assertThat(company.clientSecret()).isEqualTo(Optional.of("s3cret"));
        assertThat(company.scopes()).containsExactly("openid", "email", "profile");
        assertThat(company.signUp()).as("as it is for everyone").isFalse();
        assertThat(company.trustsEmail()).isFalse();
        assertThat(company.toString()).doesNotContain("s3cret");
        assertThat(issuers.getLast().name()).isEqualTo("lab");
        assertThat(issuers.getLast().signUp()).isTrue();
    }

    @Test
    void everythingWrongIsToldAtOnce() {
        var settings = new Settings(
                "PM_",
                Map.of(
                        "PM_OIDC_ISSUERS", "company,company,Über",
                        "PM_OIDC_COMPANY_URL", "http://id.example.com",
                        "PM_OIDC_COMPANY_SCOPES", "email",
                        "PM_OIDC_OTHER_URL", "https://other.example.com"));

        AccessSettings.from(settings);

        assertThatThrownBy(settings::check)
                .isInstanceOf(BadSettingsException.class)
                .hasMessageContainingAll(
                        "PM_OIDC_ISSUERS: 'company' is there twice",
                        "PM_OIDC_ISSUERS: 'Über'",
                        "PM_OIDC_COMPANY_URL: is not the https address",
                        "PM_OIDC_COMPANY_SCOPES: must have openid",
                        "PM_OIDC_COMPANY_CLIENT_ID: missing",
                        "PM_OIDC_OTHER_URL: not a setting",
                        "PM_PUBLIC_URL: is needed");
    }
}
