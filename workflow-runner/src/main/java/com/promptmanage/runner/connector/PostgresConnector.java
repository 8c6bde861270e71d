package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorType.Ability;
import com.promptmanage.runner.connector.ConnectorType.Auth;
import com.promptmanage.runner.connector.ConnectorType.Setting;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundException;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL database of the user's own, entered with a role of the user's own, which must not be a superuser. What is read
 * is read in a transaction that cannot write. The address is checked as that of any call, and the connection goes to the
 * address that was checked.
 */
public final class PostgresConnector implements Connector {

    static final ConnectorType TYPE = new ConnectorType(
            "database",
            "PostgreSQL",
            "1.0",
            List.of(Auth.BASIC),
            Set.of(
                    Ability.READ,
                    Ability.READ_CHANGES,
                    Ability.CREATE,
                    Ability.UPDATE,
                    Ability.UPSERT,
                    Ability.LIST_RESOURCES,
                    Ability.SCHEMA),
            List.of(
                    new Setting("host", "text", true, "Name or address of the server"),
                    new Setting("port", "integer", false, "5432 unless said"),
                    new Setting("database", "text", true, "Its name"),
                    new Setting("schema", "text", false, "public unless said"),
                    new Setting("sslMode", "require|prefer|disable", false, "require unless said"),
                    new Setting("idColumn", "text", false, "By which a record is updated; id unless said")));

    private static final Set<String> SSL_MODES = Set.of("require", "prefer", "disable");

    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

    /** Above what an answer may hold, in the driver's words. */
    private static final String RESULT_BYTES_MAX = "32M";

    private final Outbound outbound;

    public PostgresConnector(Outbound outbound) {
        this.outbound = outbound;
    }

    @Override
    public ConnectorType type() {
        return TYPE;
    }

    @Override
    public void check(JsonNode config, String path, Faults faults) {
        String host = config.path("host").asText("");
        if (host.isBlank()) {
            faults.add(path + "host", "is missing", "Send the name of the server.");
        } else {
            outbound.faultOf("https://" + host)
                    .ifPresent(fault -> faults.add(path + "host", fault, "Send the name of a public server."));
        }
        if (config.path("database").asText("").isBlank()) {
            faults.add(path + "database", "is missing", "Send the name of the database.");
        }
        int port = config.path("port").asInt(5432);
        if (port < 1 || port > 65_535) {
            faults.add(path + "port", port + " is no port", "Send a number from 1 to 65535.");
        }
        String sslMode = config.path("sslMode").asText("require");
        if (!SSL_MODES.contains(sslMode)) {
            faults.add(path + "sslMode", "'%s' is not known".formatted(sslMode), "Use require, prefer or disable.");
        }
    }

    @Override
    public Session open(Access access) throws ConnectorException {
        if (access.secret("username").isEmpty()) {
            throw new ConnectorException(
                    Failure.Kind.AUTH, "the database has no credential: choose one with username and password");
        }
        return new PostgresSession(connect(access), access);
    }

    private Connection connect(Access access) throws ConnectorException {
        JsonNode config = access.config();
        Duration connect = shorter(access.time().get(), CONNECT_MAX);
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {address(config.path("host").asText(""))});
        source.setPortNumbers(new int[] {config.path("port").asInt(5432)});
        source.setDatabaseName(config.path("database").asText(""));
        source.setUser(access.secret("username").orElse(""));
        source.setPassword(access.secret("password").orElse(""));
        source.setApplicationName("prompt-manage");
        source.setSslMode(config.path("sslMode").asText("require"));
        source.setConnectTimeout(seconds(connect));
        source.setLoginTimeout(seconds(connect));
        source.setSocketTimeout(seconds(access.time().get()));
        // What a text stands for is the server's to say, which knows the column.
        source.setStringType("unspecified");
        source.setReadOnlyMode("always");
        // The server is anybody's: what it may send at once is not its own to say.
        source.setMaxResultBuffer(RESULT_BYTES_MAX);
        try {
            Connection connection = source.getConnection();
            try {
                connection.setAutoCommit(false);
                return connection;
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw PostgresFailures.of(e, access);
        }
    }

    private String address(String host) throws ConnectorException {
        try {
            InetAddress checked = outbound.resolve(host);
            return checked.getHostAddress();
        } catch (OutboundException e) {
            throw new ConnectorException(com.promptmanage.runner.call.HttpFailures.of("the database", e));
        }
    }

    private static int seconds(Duration duration) {
        return (int) Math.max(1, Math.min(duration.plusMillis(999).toSeconds(), 86_400));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
