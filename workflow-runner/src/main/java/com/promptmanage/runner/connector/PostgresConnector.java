package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorType.Ability;
import com.promptmanage.runner.connector.ConnectorType.Auth;
import com.promptmanage.runner.connector.ConnectorType.Setting;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundException;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;
import org.postgresql.ssl.SingleCertValidatingFactory;

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
                    new Setting(
                            "sslMode",
                            "verify-full|require|prefer|disable",
                            false,
                            "require unless said, which encrypts and takes any certificate; verify-full takes only the"
                                    + " server's own"),
                    new Setting(
                            "caCertificate",
                            "text",
                            false,
                            "For verify-full: who signed the server's certificate, in PEM; the public authorities unless"
                                    + " said"),
                    new Setting("idColumn", "text", false, "By which a record is updated; id unless said")));

    private static final String VERIFIED = "verify-full";

    private static final Set<String> SSL_MODES = Set.of(VERIFIED, "require", "prefer", "disable");

    /** What begins otherwise, the driver would take for the place of a file. */
    private static final String PEM_BEGIN = "-----BEGIN CERTIFICATE-----";

    /** What else a host may be must not come into the driver's URL. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");

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
            faults.add(
                    path + "sslMode",
                    "'%s' is not known".formatted(sslMode),
                    "Use verify-full, require, prefer or disable.");
        }
        if (config.hasNonNull("caCertificate")) {
            checkCertificate(config, path + "caCertificate", faults);
        }
    }

    private static void checkCertificate(JsonNode config, String field, Faults faults) {
        String pem = authority(config);
        if (!config.path("sslMode").asText("").equals(VERIFIED)) {
            faults.add(field, "is asked for by verify-full alone", "Set sslMode to verify-full, or leave it out.");
        } else if (!isCertificate(pem)) {
            faults.add(field, "is no certificate in PEM", "Send one that begins with %s.".formatted(PEM_BEGIN));
        }
    }

    private static boolean isCertificate(String pem) {
        try {
            return pem.startsWith(PEM_BEGIN)
                    && CertificateFactory.getInstance("X.509")
                                    .generateCertificate(
                                            new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                            != null;
        } catch (CertificateException e) {
            return false;
        }
    }

    private static String authority(JsonNode config) {
        return config.path("caCertificate").asText("").strip();
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
        String host = config.path("host").asText("");
        String address = address(host);
        source.setServerNames(new String[] {NAME.matcher(host).matches() ? host : address});
        source.setSocketFactory(PinnedSockets.class.getName());
        source.setSocketFactoryArg(address);
        source.setPortNumbers(new int[] {config.path("port").asInt(5432)});
        source.setDatabaseName(config.path("database").asText(""));
        source.setUser(access.secret("username").orElse(""));
        source.setPassword(access.secret("password").orElse(""));
        source.setApplicationName("prompt-manage");
        secure(source, config);
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

    private static void secure(PGSimpleDataSource source, JsonNode config) {
        String mode = config.path("sslMode").asText("require");
        source.setSslMode(mode);
        if (mode.equals(VERIFIED)) {
            String authority = authority(config);
            if (authority.startsWith(PEM_BEGIN)) {
                source.setSslfactory(SingleCertValidatingFactory.class.getName());
                source.setSslFactoryArg(authority);
            } else {
                source.setSslfactory(DefaultJavaSSLFactory.class.getName());
            }
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
