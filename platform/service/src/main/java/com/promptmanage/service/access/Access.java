package com.promptmanage.service.access;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.tier.Tiers;
import java.time.Clock;

/** Everything about who may come in, put together for one service. */
public final class Access implements AutoCloseable {

    private final ApiKeys keys;

    private final Sessions sessions;

    private final People people;

    private final Tiers tiers;

    private final Authentication authentication;

    private final Routes routes;

    /** For a service that only asks who is calling. */
    public Access(Database database, Clock clock) {
        this(database, clock, AccessSettings.DEFAULTS);
    }

    public Access(Database database, Clock clock, AccessSettings settings) {
        var passwords = new Passwords();
        var browsers = new BrowserRequests(settings.publicUrl());
        var cookie = new SessionCookie(settings.secureCookies());
        this.keys = new ApiKeys(database, clock);
        this.sessions = new Sessions(database, clock, passwords);
        var signUp = new SignUp(database, passwords, sessions, clock);
        this.people = new People(database, passwords, clock);
        this.tiers = new Tiers(database, settings.tiersEnforced());
        this.authentication = new Authentication(keys, sessions, browsers);
        this.routes = new AuthRoutes(
                authentication, browsers, cookie, sessions, signUp, settings.signUp(), new Profiles(database, tiers));
        settings.operator().ifPresent(people::ensureOperator);
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

    /** {@code /api/auth}: for one of the services that share a server. */
    public Routes routes() {
        return routes;
    }

    @Override
    public void close() {
        keys.close();
    }
}
