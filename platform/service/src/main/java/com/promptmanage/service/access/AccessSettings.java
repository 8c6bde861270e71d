package com.promptmanage.service.access;

import com.promptmanage.service.oidc.IssuerSettings;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.service.settings.Settings;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What an operator sets about people.
 *
 * @param signUp whether whoever comes may make themselves an account
 * @param publicUrl where people's browsers find the product, without a slash at the end; links in mails begin with it
 * @param secureCookies whether the session's cookie is for https alone, even if a request seems to have come without
 * @param tiersEnforced whether a tier's limits hold; if not, everyone has everything
 * @param operator who runs the installation, made at the start unless they are there
 * @param issuers with whom people may sign in besides
 * @param hourlyRates how often strangers may try to come in
 * @param trustedProxies whose word for where a request comes from is taken
 * @param passwordMemoryKib what Argon2id takes to hash a password, in KiB; not for operators, since who is not there would
 *     be told by the time from who has an older hash
 */
public record AccessSettings(
        boolean signUp,
        Optional<URI> publicUrl,
        boolean secureCookies,
        boolean tiersEnforced,
        Optional<Operator> operator,
        List<IssuerSettings> issuers,
        HourlyRates hourlyRates,
        List<AddressRange> trustedProxies,
        int passwordMemoryKib) {

    public static final AccessSettings DEFAULTS = new AccessSettings(
            true,
            Optional.empty(),
            false,
            false,
            Optional.empty(),
            List.of(),
            HourlyRates.DEFAULTS,
            List.of(),
            Passwords.OWASP_MEMORY_KIB);

    public AccessSettings {
        issuers = List.copyOf(issuers);
        trustedProxies = List.copyOf(trustedProxies);
    }

    /**
     * How often within an hour what nobody needs to be signed in for may be tried. One address is, of version 6, one network of 64
     * bits.
     *
     * @param signUpsPerAddress accounts that may be asked for from one address
     * @param signUps from everywhere together
     * @param wrongPasswordsPerAddress sign-ins from one address that may fail, on whichever accounts
     */
    public record HourlyRates(int signUpsPerAddress, int signUps, int wrongPasswordsPerAddress) {

        /** An office behind one address may come on one morning. */
        public static final HourlyRates DEFAULTS = new HourlyRates(30, 500, 300);

        /** So that nobody who has many addresses beside each other takes all of those that everyone has together. */
        int signUpsPerSite() {
            return Math.max(2 * signUpsPerAddress, signUps / 5);
        }

        static HourlyRates from(Settings settings) {
            return new HourlyRates(
                    settings.integer("SIGN_UPS_PER_ADDRESS", DEFAULTS.signUpsPerAddress(), 1, 100_000),
                    settings.integer("SIGN_UPS_PER_HOUR", DEFAULTS.signUps(), 1, 1_000_000),
                    settings.integer("WRONG_PASSWORDS_PER_ADDRESS", DEFAULTS.wrongPasswordsPerAddress(), 1, 1_000_000));
        }
    }

    /** @param password in clear, until it is changed */
    public record Operator(String email, String password) {

        @Override
        public String toString() {
            return "Operator[" + email + "]";
        }
    }

    public static AccessSettings from(Settings settings) {
        Optional<URI> publicUrl = settings.optionalText("PUBLIC_URL").flatMap(text -> {
            Optional<URI> url = url(text);
            settings.require(url.isPresent(), "PM_PUBLIC_URL: is not an address such as https://prompts.example.com");
            return url;
        });
        boolean signUp = settings.flag("SIGN_UP", DEFAULTS.signUp());
        List<IssuerSettings> issuers = IssuerSettings.from(settings, signUp);
        settings.require(
                issuers.isEmpty() || publicUrl.isPresent(),
                "PM_PUBLIC_URL: is needed for PM_OIDC_ISSUERS, which send people back there");
        return new AccessSettings(
                signUp,
                publicUrl,
                settings.flag(
                        "SECURE_COOKIES",
                        publicUrl.map(url -> url.getScheme().equals("https")).orElse(DEFAULTS.secureCookies())),
                settings.flag("TIERS_ENFORCED", DEFAULTS.tiersEnforced()),
                operator(settings),
                issuers,
                HourlyRates.from(settings),
                AddressRange.listFrom(settings, "TRUSTED_PROXIES"),
                DEFAULTS.passwordMemoryKib());
    }

    public AccessSettings withSignUp(boolean other) {
        return new AccessSettings(
                other,
                publicUrl,
                secureCookies,
                tiersEnforced,
                operator,
                issuers,
                hourlyRates,
                trustedProxies,
                passwordMemoryKib);
    }

    public AccessSettings withTiersEnforced(boolean other) {
        return new AccessSettings(
                signUp,
                publicUrl,
                secureCookies,
                other,
                operator,
                issuers,
                hourlyRates,
                trustedProxies,
                passwordMemoryKib);
    }

    public AccessSettings withPublicUrl(URI other) {
        return new AccessSettings(
                signUp,
                Optional.of(other),
                secureCookies,
                tiersEnforced,
                operator,
                issuers,
                hourlyRates,
                trustedProxies,
                passwordMemoryKib);
    }

    public AccessSettings withOperator(Operator other) {
        return new AccessSettings(
                signUp,
                publicUrl,
                secureCookies,
                tiersEnforced,
                Optional.of(other),
                issuers,
                hourlyRates,
                trustedProxies,
                passwordMemoryKib);
    }

    public AccessSettings withIssuers(List<IssuerSettings> other) {
        return new AccessSettings(
                signUp,
                publicUrl,
                secureCookies,
                tiersEnforced,
                operator,
                other,
                hourlyRates,
                trustedProxies,
                passwordMemoryKib);
    }

    public AccessSettings withHourlyRates(HourlyRates other) {
        return new AccessSettings(
                signUp,
                publicUrl,
                secureCookies,
                tiersEnforced,
                operator,
                issuers,
                other,
                trustedProxies,
                passwordMemoryKib);
    }

    public AccessSettings withTrustedProxies(List<AddressRange> other) {
        return new AccessSettings(
                signUp,
                publicUrl,
                secureCookies,
                tiersEnforced,
                operator,
                issuers,
                hourlyRates,
                other,
                passwordMemoryKib);
    }

    /** For programs with many passwords that protect nothing. */
    public AccessSettings withPasswordMemoryKib(int other) {
        return new AccessSettings(
                signUp, publicUrl, secureCookies, tiersEnforced, operator, issuers, hourlyRates, trustedProxies, other);
    }

    private static Optional<Operator> operator(Settings settings) {
        Optional<String> email = settings.optionalText("OPERATOR_EMAIL");
        Optional<String> password = settings.optionalText("OPERATOR_PASSWORD");
        settings.require(
                email.isPresent() == password.isPresent(),
                "PM_OPERATOR_EMAIL and PM_OPERATOR_PASSWORD go together: set both, or neither");
        settings.require(
                email.isEmpty() || email.flatMap(EmailAddress::parse).isPresent(),
                "PM_OPERATOR_EMAIL: is not an e-mail address");
        settings.require(
                password.isEmpty() || Passwords.isLongEnough(password.get()),
                "PM_OPERATOR_PASSWORD: must have %d to %d characters"
                        .formatted(Passwords.LENGTH_MIN, Passwords.LENGTH_MAX));
        return email.flatMap(EmailAddress::parse)
                .flatMap(address -> password.map(secret -> new Operator(address, secret)));
    }

    private static Optional<URI> url(String text) {
        try {
            URI url = URI.create(text.replaceFirst("/+$", ""));
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            boolean isWeb = scheme.equals("https") || scheme.equals("http");
            return isWeb && url.getHost() != null && url.getQuery() == null && url.getFragment() == null
                    ? Optional.of(url)
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
