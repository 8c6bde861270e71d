package com.promptmanage.service.database;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.settings.BadSettingsException;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * PostgreSQL for one service: migrated, pooled, and open only to transactions that say whose rows they work with.
 *
 * <p>Migrations are the files {@code db/migration/V<yyyymmdd>_<nn>__<name>.sql} of everything on the class path. Each
 * service brings its own, so what another service has applied is not missed here, and the order of dates is enough
 * between services that are deployed at different times.
 *
 * <p>Safe for use by several threads.
 */
public final class Database implements AutoCloseable {

    /** Of the pool's connections, which part is kept free of work that no request waits for; two at least, if there are so many. */
    private static final int KEPT_FREE_PART = 5;

    /** The driver asks for the JVM's zone when it connects, which no setting of the connection overrules. */
    private static final String IN_UTC = "SET TIME ZONE 'UTC'";

    /** query_canceled, lock_not_available, and what a server says that goes down, comes up or is full. */
    private static final Set<String> AWAY =
            Set.of("57014", "55P03", "57P01", "57P02", "57P03", "57P05", "53300", "25P03");

    /** What a server says to whom it does not let in, and the driver that has no password to give. Time heals none of it. */
    private static final Set<String> NOT_LET_IN = Set.of("28000", "28P01", "08004");

    private static final String NO_SUCH_DATABASE = "3D000";

    /** character_not_in_repertoire, untranslatable_character: of texts that callers send, whichever way they come here. */
    private static final Set<String> UNWRITABLE = Set.of("22021", "22P05");

    private final HikariDataSource pool;

    private final PGSimpleDataSource unpooled;

    private final Jdbi jdbi;

    /** As whom this thread's transaction of this database goes, while there is one. */
    private final ThreadLocal<@Nullable Scope> entered;

    /** How many more transactions may begin here; null if the pool alone decides. */
    private final @Nullable Semaphore turns;

    private final @Nullable Database background;

    private final Waits waits;

    @SuppressWarnings("ThreadLocalUsage")
    private Database(HikariDataSource pool, PGSimpleDataSource unpooled, Waits waits) {
        this.pool = pool;
        this.unpooled = unpooled;
        this.waits = waits;
        this.jdbi = Jdbi.create(pool).installPlugin(new PostgresPlugin());
        this.jdbi.registerArrayType(String.class, "text");
        this.entered = new ThreadLocal<>();
        this.turns = null;
        this.background = new Database(this);
    }

    private Database(Database whole) {
        this.pool = whole.pool;
        this.unpooled = whole.unpooled;
        this.waits = whole.waits;
        this.jdbi = whole.jdbi;
        this.entered = whole.entered;
        // In the order in which they came: nobody is passed over while others come and go.
        this.turns = new Semaphore(turns(pool.getMaximumPoolSize()), true);
        this.background = null;
    }

    private static int turns(int connections) {
        return Math.max(1, connections - Math.max(2, connections / KEPT_FREE_PART));
    }

    /**
     * Makes the roles, migrates, and connects.
     *
     * @throws DatabaseUnavailableException if the database is away
     * @throws BadSettingsException if it is there and does not let us in
     * @throws IllegalStateException if it lets us in as a role that row security does not hold
     */
    public static Database open(DatabaseSettings settings) {
        try {
            return opened(settings);
        } catch (RuntimeException e) {
            throw isAway(e) ? new DatabaseUnavailableException(e) : e;
        }
    }

    private static Database opened(DatabaseSettings settings) {
        // A statement ends by its own timeout first; this is for a server that fell silent.
        PGSimpleDataSource app =
                source(settings, "service", settings.statementMax().plusSeconds(10));
        app.setUser(Roles.APP);
        app.setPassword(settings.appPassword());
        migrate(settings, app);
        var config = new HikariConfig();
        config.setDataSource(app);
        config.setPoolName("database");
        config.setMaximumPoolSize(settings.connectionsMax());
        config.setMinimumIdle(Math.min(2, settings.connectionsMax()));
        config.setConnectionTimeout(settings.waits().connection().toMillis());
        config.setAutoCommit(true);
        config.setConnectionInitSql(IN_UTC);
        return new Database(new HikariDataSource(config), app, settings.waits());
    }

    /**
     * The same database for work that comes in any number at once and that no request waits for: its transactions take their
     * turns at a part of the connections, so that the rest is there for requests. Who waits for a turn holds no connection,
     * and waits for as long as it takes. Not to be closed.
     */
    public Database background() {
        return background == null ? this : background;
    }

    /**
     * Runs the work in one transaction that sees only what the scope may. Without a scope there is no way in: outside of
     * these methods no row of a tenant is visible.
     *
     * <p>Called within a transaction of the same thread and scope, it is part of that.
     *
     * @throws DatabaseUnavailableException if the database is away or took too long
     * @throws ProblemException 400 if a text holds what no text of a database does
     * @throws IllegalStateException within a transaction of another scope: the rest of that would go on with the rights of
     *     this one
     */
    public <R, X extends Exception> R inTransaction(Scope scope, HandleCallback<R, X> work) throws X {
        Scope outer = entered.get();
        if (outer != null && !outer.equals(scope)) {
            throw new IllegalStateException(
                    "a transaction within one of another scope: take the handle along, or end it first");
        }
        @Nullable Semaphore turn = outer == null ? turns : null;
        if (turn != null) {
            // An interrupt is for the work to see: what was paid for is stored also by those who are told to stop.
            turn.acquireUninterruptibly();
        }
        try {
            return jdbi.inTransaction(handle -> outer == null ? enter(handle, scope, work) : work.withHandle(handle));
        } catch (JdbiException e) {
            if (isAway(e)) {
                throw new DatabaseUnavailableException(e);
            }
            throw said(e, UNWRITABLE::contains)
                    ? ProblemException.invalid(
                            "body",
                            "holds the character zero, or half a character, which cannot be kept",
                            "Leave it out.")
                    : e;
        } finally {
            if (turn != null) {
                turn.release();
            }
        }
    }

    /** As {@link #inTransaction}, with nothing to return. */
    public <X extends Exception> void useTransaction(Scope scope, HandleConsumer<X> work) throws X {
        this.<Void, X>inTransaction(scope, work.asCallback());
    }

    /** For the service's own work: sees the rows of everyone. See {@link Scope.Everyone}. */
    public <R, X extends Exception> R asSystem(HandleCallback<R, X> work) throws X {
        return inTransaction(Scope.EVERYONE, work);
    }

    /** As {@link #asSystem}, with nothing to return. */
    public <X extends Exception> void useAsSystem(HandleConsumer<X> work) throws X {
        useTransaction(Scope.EVERYONE, work);
    }

    /**
     * A connection outside of the pool, for what holds one for long: listening, an advisory lock. It sees no tenant's
     * rows until it takes on a role or settings by itself. The caller closes it.
     */
    public Connection connect() throws SQLException {
        Connection connection = unpooled.getConnection();
        try (var statement = connection.createStatement()) {
            statement.execute(IN_UTC);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Whether a connection can be had and answers. */
    public boolean isReady() {
        try (Connection connection = pool.getConnection()) {
            return connection.isValid(2);
        } catch (SQLException e) {
            return false;
        }
    }

    /** For how long a request waits for it. */
    public Waits waits() {
        return waits;
    }

    /** Tells of the pool's use. Call it once, early. */
    public void measureWith(MeterRegistry meters) {
        pool.setMetricRegistry(meters);
    }

    @Override
    public void close() {
        pool.close();
    }

    private <R, X extends Exception> R enter(Handle handle, Scope scope, HandleCallback<R, X> work) throws X {
        enter(handle, scope);
        entered.set(scope);
        try {
            return work.withHandle(handle);
        } finally {
            entered.remove();
        }
    }

    private static void enter(Handle handle, Scope scope) {
        switch (scope) {
            case Scope.Everyone everyone -> handle.execute("SET LOCAL ROLE " + Roles.SYSTEM);
            case Scope.Tenant tenant ->
                handle.createQuery("""
                                SELECT set_config('app.user_id', :user, true) AS user_id,
                                       set_config('app.accounts', CAST(:accounts AS text[])::text, true) AS accounts
                                """)
                        .bind("user", tenant.userId())
                        .bindArray("accounts", String.class, tenant.accounts())
                        .mapToMap()
                        .one();
        }
    }

    private static void migrate(DatabaseSettings settings, PGSimpleDataSource app) {
        // An index on a large table takes longer than a request may.
        PGSimpleDataSource owner = source(settings, "migration", Duration.ZERO);
        settings.owner().ifPresent(who -> {
            owner.setUser(who.user());
            owner.setPassword(who.password());
        });
        owner.setOptions("-c lock_timeout=60s");
        try {
            new Roles(owner, app, settings.appPassword()).ensure();
        } catch (SQLException e) {
            if (said(e, NOT_LET_IN::contains)) {
                throw new BadSettingsException(
                        "PM_DATABASE_OWNER and PM_DATABASE_OWNER_PASSWORD, or user and password in PM_DATABASE_URL: "
                                + "the database does not let us in: " + e.getMessage());
            }
            if (said(e, NO_SUCH_DATABASE::equals)) {
                throw new BadSettingsException("PM_DATABASE_URL: the server answers: " + e.getMessage());
            }
            throw new IllegalStateException("cannot prepare the database's roles: " + e.getMessage(), e);
        }
        Flyway.configure()
                .dataSource(owner)
                .initSql(IN_UTC)
                .locations("classpath:db/migration")
                .outOfOrder(true)
                .ignoreMigrationPatterns("*:missing", "*:future")
                .validateMigrationNaming(true)
                .load()
                .migrate();
    }

    private static PGSimpleDataSource source(DatabaseSettings settings, String purpose, Duration answerMax) {
        PGSimpleDataSource source = BoundedLogin.to(settings.url(), answerMax);
        source.setApplicationName("prompt-manage " + purpose);
        int connectSeconds = (int) settings.waits().connection().toSeconds();
        source.setConnectTimeout(connectSeconds);
        source.setSocketTimeout(Math.max(BoundedLogin.LOGIN_SECONDS, connectSeconds));
        source.setTcpKeepAlive(true);
        source.setOptions("-c statement_timeout=%d -c lock_timeout=%d -c idle_in_transaction_session_timeout=%d"
                .formatted(
                        settings.statementMax().toMillis(),
                        settings.lockMax().toMillis(),
                        settings.idleInTransactionMax().toMillis()));
        return source;
    }

    private static boolean isAway(Exception e) {
        return e instanceof ConnectionException || said(e, state -> state.startsWith("08") || AWAY.contains(state));
    }

    /** Whether the database has answered with one of these codes. */
    private static boolean said(Exception e, Predicate<String> states) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException problem
                    && problem.getSQLState() != null
                    && states.test(problem.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
