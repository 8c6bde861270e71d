package com.promptmanage.service.access;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Routes;
import java.time.Clock;

/** Everything about who may come in, put together for one service. */
public final class Access implements AutoCloseable {

    private final ApiKeys keys;

    private final Sessions sessions;

    private final People people;

    private final Authentication authentication;

    public Access(Database database, Clock clock) {
        var passwords = new Passwords();
        this.keys = new ApiKeys(database, clock);
        this.sessions = new Sessions(database, clock, passwords);
        this.people = new People(database, passwords);
        this.authentication = new Authentication(keys, sessions);
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

    public Authentication authentication() {
        return authentication;
    }

    /** {@code /api/auth}: for one of the services that share a server. */
    public Routes routes() {
        return new AuthRoutes(sessions, authentication);
    }

    @Override
    public void close() {
        keys.close();
    }
}
