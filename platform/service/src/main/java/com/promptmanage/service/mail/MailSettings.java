package com.promptmanage.service.mail;

import com.promptmanage.service.settings.Settings;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * @param from whom mail comes from, for example {@code Prompt Manage <alerts@example.com>}
 * @param stepMax for connecting, and for each answer of the server
 */
public record MailSettings(
        String host, int port, Security security, Optional<Login> login, String from, Duration stepMax) {

    /** How the connection is encrypted. */
    public enum Security {
        /** It begins in plain text and must become encrypted; there is no mail if it does not. */
        STARTTLS(587),
        /** Encrypted from the first byte. */
        TLS(465),
        /** For a server on the same machine or network. */
        NONE(25);

        private final int port;

        Security(int port) {
            this.port = port;
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whom the server knows us as. */
    public record Login(String user, String password) {

        @Override
        public String toString() {
            return "Login[" + user + "]";
        }
    }

    /** Empty if the operator names no server: then there is no mail. */
    public static Optional<MailSettings> from(Settings settings) {
        Optional<String> host = settings.optionalText("SMTP_HOST");
        Security security = security(settings);
        int port = settings.port("SMTP_PORT", security.port);
        Optional<String> user = settings.optionalText("SMTP_USER");
        Optional<String> password = settings.optionalText("SMTP_PASSWORD");
        Optional<String> from = settings.optionalText("SMTP_FROM");
        Duration stepMax = settings.duration(
                "SMTP_TIMEOUT", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofMinutes(2));
        settings.require(
                user.isPresent() == password.isPresent(),
                "PM_SMTP_USER and PM_SMTP_PASSWORD go together: set both, or neither");
        settings.require(
                host.isPresent() == from.isPresent(),
                "PM_SMTP_HOST and PM_SMTP_FROM go together: set both, or neither for no mail");
        settings.require(
                user.isEmpty() || security != Security.NONE,
                "PM_SMTP_PASSWORD would be sent in the clear: set PM_SMTP_SECURITY to starttls or tls");
        settings.require(
                from.isEmpty() || Mailer.isAddress(from.get()),
                "PM_SMTP_FROM: is not an address; use for example Prompt Manage <alerts@example.com>");
        return host.map(name -> new MailSettings(
                name,
                port,
                security,
                user.flatMap(known -> password.map(secret -> new Login(known, secret))),
                from.orElse(""),
                stepMax));
    }

    private static Security security(Settings settings) {
        String text = settings.text("SMTP_SECURITY", Security.STARTTLS.code());
        Optional<Security> security = Arrays.stream(Security.values())
                .filter(one -> one.code().equals(text))
                .findFirst();
        settings.require(
                security.isPresent(),
                "PM_SMTP_SECURITY: '%s' is not one of %s"
                        .formatted(
                                text,
                                Arrays.stream(Security.values())
                                        .map(Security::code)
                                        .collect(Collectors.joining(", "))));
        return security.orElse(Security.STARTTLS);
    }
}
