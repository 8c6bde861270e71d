package com.promptmanage.service.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Waits only seconds for a server that takes the connection and then says nothing, as one does that is stopped, or a proxy
 * whose server is gone; and for each answer later as long as its user may.
 */
final class BoundedLogin extends PGSimpleDataSource {

    private static final long serialVersionUID = 1L;

    static final int LOGIN_SECONDS = 5;

    private final int answerMillis;

    private BoundedLogin(int answerMillis) {
        this.answerMillis = answerMillis;
    }

    /** @param answerMax for each answer of the server, once it has let us in; zero for as long as it takes */
    static BoundedLogin to(String url, Duration answerMax) {
        var source = new BoundedLogin((int) answerMax.toMillis());
        source.setURL(url);
        source.setSocketTimeout(LOGIN_SECONDS);
        return source;
    }

    @Override
    public Connection getConnection(@Nullable String user, @Nullable String password) throws SQLException {
        Connection connection = super.getConnection(user, password);
        connection.setNetworkTimeout(Runnable::run, answerMillis);
        return connection;
    }
}
