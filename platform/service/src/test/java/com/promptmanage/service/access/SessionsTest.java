package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedPostgres;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private static final String PASSWORD = "correct horse battery staple";

    @Test
    void aPasswordThatIsChangedWhileItIsCheckedOpensNoSession() throws Exception {
        String url = EmbeddedPostgres.shared().createDatabase();
        try (var database = Database.open(DatabaseSettings.of(url, "app-password-of-tests"));
                var access = new Access(database, Clock.systemUTC())) {
            access.people().ensureUser(new NewUser("usr_ann", "ann@example.com", "Ann", Optional.of(PASSWORD)));

            var late = database.<CompletableFuture<?>, Exception>asSystem(handle -> {
                handle.execute("UPDATE users SET password_hash = 'of another one' WHERE id = 'usr_ann'");
                var signIn =
                        CompletableFuture.supplyAsync(() -> access.sessions().signIn("ann@example.com", PASSWORD));
                // Until it has found the old password to be right, and waits for what becomes of the user.
                Await.until(() -> assertThat(signIn.isDone()
                                || handle.createQuery("SELECT count(*) FROM pg_locks WHERE NOT granted")
                                                .mapTo(Long.class)
                                                .one()
                                        > 0)
                        .isTrue());
                return signIn;
            });

            assertThatThrownBy(late::join).hasCauseInstanceOf(ProblemException.class);
        }
    }
}
