package com.promptmanage.service.access;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.oidc.OidcIssuer;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.tier.Tiers;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Everything about who may come in, put together for one service. */
public final class Access implements AutoCloseable {

    private final ApiKeys keys;

    private final Sessions sessions;

    private final People people;

    private final Tiers tiers;

    private final Authentication authentication;

    private final Identities identities;

    private final PasswordResets resets;

    private final Routes routes;

    /** For a service that only asks who is calling. */
    public Access(Database database, Clock clock) {
        this(database, clock, AccessSettings.DEFAULTS);
    }

    public Access(Database database, Clock clock, AccessSettings settings) {
        this(database, clock, settings, Optional.empty());
    }

    /** Where no mail goes out. */
    public Access(Database database, Clock clock, AccessSettings settings, Optional<Outbound> outbound) {
        this(database, clock, settings, outbound, Optional.empty());
    }

    /**
     * @param outbound by which issuers are reached, the caller's to close; without it nobody signs in by one here
     * @param mailer by which people are; without it nobody who has forgotten their password gets another
     */
    public Access(
            Database database,
            Clock clock,
            AccessSettings settings,
            Optional<Outbound> outbound,
            Optional<Mailer> mailer) {
        var passwords = new Passwords(settings.passwordMemoryKib());
        var browsers = new BrowserRequests(settings.publicUrl());
        var cookie = new SessionCookie(settings.secureCookies());
        this.keys = new ApiKeys(database, clock);
        this.sessions = new Sessions(database, clock, passwords);
        var addresses = new ClientAddresses(settings.trustedProxies());
        var counts = new HourlyCounts(clock);
        var signUp = new SignUp(database, passwords, sessions, new SignUpLimits(settings.hourlyRates(), counts), clock);
        this.people = new People(database, passwords, clock);
        this.tiers = new Tiers(database, settings.tiersEnforced());
        this.authentication = new Authentication(keys, sessions, cookie, browsers, addresses);
        var local = new AuthRoutes(
                authentication,
                browsers,
                cookie,
                sessions,
                new SignInLimits(database, counts, clock, settings.hourlyRates().wrongPasswordsPerAddress()),
                signUp,
                settings.signUp(),
                new Profiles(database, tiers),
                addresses);
        this.identities = new Identities(database, sessions, signUp, keys, clock);
        var elsewhere = new IssuerRoutes(
                issuers(settings, outbound, clock),
                settings.signUp(),
                new IssuerRoutes.Browsers(cookie, browsers, sessions, addresses),
                new PendingSignIns(database, counts, clock),
                identities);
        this.resets = new PasswordResets(
                database,
                passwords,
                sessions,
                keys,
                counts,
                mailer.flatMap(open -> settings.publicUrl().map(url -> new PasswordResets.Way(open, url))),
                clock);
        var forgotten = new PasswordResetRoutes(browsers, addresses, resets);
        this.routes = all -> {
            local.addTo(all);
            forgotten.addTo(all);
            elsewhere.addTo(all);
        };
        settings.operator().ifPresent(people::ensureOperator);
    }

    private static List<OidcIssuer> issuers(AccessSettings settings, Optional<Outbound> outbound, Clock clock) {
        return outbound.stream()
                .flatMap(open -> settings.issuers().stream()
                        .map(issuer -> new OidcIssuer(
                                issuer,
                                IssuerRoutes.callback(settings.publicUrl().orElseThrow(), issuer.id()),
                                open,
                                clock)))
                .toList();
    }

    public ApiKeys keys() {
        return keys;
    }

    public Sessions sessions() {
        return sessions;
    }

    public People people() {
        return people;
    }

    public Tiers tiers() {
        return tiers;
    }

    public Authentication authentication() {
        return authentication;
    }

    /** One at most: the last that was named. */
    public void whenVerified(Welcome welcome) {
        identities.whenVerified(welcome);
    }

    /** {@code /api/auth}: for one of the services that share a server. */
    public Routes routes() {
        return routes;
    }

    @Override
    public void close() {
        resets.close();
        keys.close();
    }
}
