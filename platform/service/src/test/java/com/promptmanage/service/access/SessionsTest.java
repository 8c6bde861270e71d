package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.DatabaseUnavailableException;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.ManualClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private static final String PASSWORD = "correct horse battery staple";

    @Test
    void aPasswordThatIsChangedWhileItIsCheckedOpensNoSession() throws Exception {
        try (var database = database();
                var access = new Access(database, Clock.systemUTC())) {
            access.people().ensureUser(new NewUser("usr_ann", "ann@example.com", "Ann", Optional.of(PASSWORD)));

            var late = whileAnothersIsSet(database, () -> access.sessions().signIn("ann@example.com", PASSWORD));

            assertThatThrownBy(late::join).hasCauseInstanceOf(ProblemException.class);
        }
    }

    /** Who has taken back their account keeps it, whoever was in it and changes the password at the same moment. */
    @Test
    void aPasswordThatIsChangedWhileItIsCheckedIsNotChangedOnceMore() throws Exception {
        try (var database = database();
                var access = new Access(database, Clock.systemUTC())) {
            access.people().ensureUser(new NewUser("usr_ann", "ann@example.com", "Ann", Optional.of(PASSWORD)));
            var intruder = access.sessions().signIn("ann@example.com", PASSWORD).person();
            var actor = new Actor("person", intruder.userId(), intruder.name(), null, null);

            var late = whileAnothersIsSet(database, () -> {
                access.sessions().changePassword(intruder, actor, PASSWORD, "a password of the intruder's");
                return true;
            });

            assertThatThrownBy(late::join).hasCauseInstanceOf(ProblemException.class);
            String kept = database.asSystem(
                    handle -> handle.createQuery("SELECT password_hash FROM users WHERE id = 'usr_ann'")
                            .mapTo(String.class)
                            .one());
            assertThat(kept).isEqualTo("of another one");
        }
    }

    /** Else whoever tries again while the database is busy is locked out, and their network with them. */
    @Test
    void aRightPasswordThatTheDatabaseHasNoTimeForIsNotCountedAsAWrongOne() {
        var clock = Clock.systemUTC();
        try (var database = Database.open(impatient(MigratedDatabase.url()));
                var access = new Access(database, clock, AccessSettings.DEFAULTS.withPasswordMemoryKib(64))) {
            access.people().ensureUser(new NewUser("usr_ann", "ann@example.com", "Ann", Optional.of(PASSWORD)));
            var limits = new SignInLimits(database, new HourlyCounts(clock), clock, SignInLocks.FAILURES_MAX);
            Supplier<Sessions.SignedIn> signIn =
                    () -> limits.within("203.0.113.50", () -> access.sessions().signIn("ann@example.com", PASSWORD));

            database.useAsSystem(handle -> {
                handle.execute("SELECT 1 FROM users WHERE id = 'usr_ann' FOR UPDATE");
                for (int i = 0; i <= SignInLocks.FAILURES_MAX; i++) {
                    var waiting = CompletableFuture.supplyAsync(signIn);
                    assertThatThrownBy(waiting::join).hasCauseInstanceOf(DatabaseUnavailableException.class);
                }
            });

            assertThat(signIn.get().person().userId()).isEqualTo("usr_ann");
            // And those that are wrong are counted as ever.
            for (int i = 0; i < SignInLocks.FAILURES_MAX; i++) {
                assertThat(status(access, "wrong")).isEqualTo(401);
            }
            assertThat(status(access, PASSWORD)).isEqualTo(429);
        }
    }

    /** Else a team that someone has just made, or a role that was just taken away, is not known to their next request. */
    @Test
    void whatIsChangedWhileOtherRequestsLookItUpCountsAtOnce() {
        try (var database = MigratedDatabase.open();
                var access =
                        new Access(database, Clock.systemUTC(), AccessSettings.DEFAULTS.withPasswordMemoryKib(64));
                var others = Executors.newFixedThreadPool(4)) {
            access.people().ensureUser(new NewUser("usr_ann", "ann@example.com", "Ann", Optional.of(PASSWORD)));
            Sessions sessions = access.sessions();
            String token = sessions.signIn("ann@example.com", PASSWORD).token();
            var isOver = new AtomicBoolean();
            for (int i = 0; i < 4; i++) {
                others.execute(() -> {
                    while (!isOver.get()) {
                        sessions.caller(token);
                    }
                });
            }
            try {
                for (int round = 0; round < 300; round++) {
                    String name = "Ann " + round;
                    sessions.forget("usr_ann");
                    database.useAsSystem(
                            handle -> handle.execute("UPDATE users SET name = ? WHERE id = 'usr_ann'", name));
                    sessions.forget("usr_ann");

                    assertThat(sessions.caller(token)).map(Caller.Person::name).hasValue(name);
                }
            } finally {
                isOver.set(true);
            }
        }
    }

    @Test
    void oneMoreThanMayBeOpenEndsTheOldest() {
        var clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));
        try (var database = MigratedDatabase.open();
                var access = new Access(database, clock, AccessSettings.DEFAULTS.withPasswordMemoryKib(64))) {
            access.people().ensureUser(new NewUser("usr_ann", "ann@example.com", "Ann", Optional.of(PASSWORD)));
            access.people().ensureUser(new NewUser("usr_bob", "bob@example.com", "Bob", Optional.of(PASSWORD)));
            Sessions sessions = access.sessions();
            String anothers = sessions.signIn("bob@example.com", PASSWORD).token();
            var tokens = new ArrayList<String>();
            for (int i = 0; i <= Sessions.OPEN_MAX; i++) {
                clock.advance(Duration.ofSeconds(1));
                tokens.add(sessions.signIn("ann@example.com", PASSWORD).token());
            }

            assertThat(sessions.caller(tokens.getFirst())).isEmpty();
            assertThat(tokens.subList(1, tokens.size()))
                    .allSatisfy(token -> assertThat(sessions.caller(token)).isPresent());
            assertThat(sessions.caller(anothers)).isPresent();
            assertThat(database.<Integer, RuntimeException>asSystem(
                            handle -> handle.createQuery("SELECT count(*) FROM sessions WHERE user_id = 'usr_ann'")
                                    .mapTo(Integer.class)
                                    .one()))
                    .isEqualTo(Sessions.OPEN_MAX);
        }
    }

    private static int status(Access access, String password) {
        return catchThrowableOfType(
                        ProblemException.class, () -> access.sessions().signIn("ann@example.com", password))
                .problem()
                .status();
    }

    private static DatabaseSettings impatient(String url) {
        var usual = DatabaseSettings.of(url, MigratedDatabase.APP_PASSWORD);
        return new DatabaseSettings(
                usual.url(),
                usual.owner(),
                usual.appPassword(),
                usual.connectionsMax(),
                usual.statementMax(),
                Duration.ofMillis(100),
                usual.idleInTransactionMax());
    }

    private static Database database() {
        return Database.open(DatabaseSettings.of(EmbeddedPostgres.shared().createDatabase(), "app-password-of-tests"));
    }

    /** Of something that has found the old password to be right, and waits for what becomes of the user. */
    private static CompletableFuture<?> whileAnothersIsSet(Database database, Supplier<?> work) throws Exception {
        return database.<CompletableFuture<?>, Exception>asSystem(handle -> {
            handle.execute("UPDATE users SET password_hash = 'of another one' WHERE id = 'usr_ann'");
            var late = CompletableFuture.supplyAsync(work);
            Await.until(() -> assertThat(late.isDone()
                            || handle.createQuery("SELECT count(*) FROM pg_locks WHERE NOT granted")
                                            .mapTo(Long.class)
                                            .one()
                                    > 0)
                    .isTrue());
            return late;
        });
    }
}
