package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.access.PendingSignIns.Pending;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.oidc.Attempt;
import com.promptmanage.testkit.ManualClock;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nobody needs to be signed in to be sent to an issuer, and each who is leaves a row. */
class PendingSignInsTest {

    private static final String BROWSER = "a browser";

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final Database database = MigratedDatabase.open();

    private final PendingSignIns pending = new PendingSignIns(database, new HourlyCounts(clock), clock);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void soManyAreSentFromOneNetworkWithinAnHourAndNoMore() {
        for (int i = 0; i < PendingSignIns.PER_NETWORK_MAX; i++) {
            assertThat(isSent("2001:db8:7:7::" + i)).isTrue();
        }

        assertThat(isSent("2001:db8:7:7::ffff")).isFalse();
        assertThat(rows()).isEqualTo(PendingSignIns.PER_NETWORK_MAX);
        assertThat(isSent("2001:db8:7:8::1")).isTrue();

        clock.advance(HourlyCounts.WINDOW);
        assertThat(isSent("2001:db8:7:7::ffff")).isTrue();
    }

    @Test
    void soManyAreSentFromAddressesBesideEachOther() {
        for (int i = 0; i < PendingSignIns.PER_SITE_MAX; i++) {
            assertThat(isSent("198.51.100." + i % 250)).isTrue();
        }

        assertThat(isSent("198.51.100.251")).isFalse();
        assertThat(isSent("198.51.101.1")).isTrue();
    }

    /** As from twenty networks, each with fewer than it may have within an hour, and one with more than the others. */
    @Test
    void whoBeginsAsManyAsThereMayBeLosesTheirOwnAndKeepsNobodyOut() {
        var early = Attempt.make();
        assertThat(isSent("203.0.113.1", early)).isTrue();
        database.useAsSystem(handle -> handle.createUpdate("""
                        INSERT INTO pending_sign_ins
                            (state_hash, browser_hash, issuer_id, nonce, verifier, target, site_hash, expires_at)
                        SELECT sha256(convert_to('row ' || n, 'UTF8')), sha256('browser'), 'company', 'n', 'v', '/',
                               sha256(convert_to(CASE WHEN n <= 2000 THEN 'most' ELSE 'site ' || n % 19 END, 'UTF8')),
                               CAST(:now AS timestamptz) + n * interval '1 ms'
                        FROM generate_series(1, :rows) AS n
                        """)
                .bind("now", clock.instant().plusSeconds(60))
                .bind("rows", PendingSignIns.IN_ALL_MAX - 1)
                .execute());
        var late = Attempt.make();

        assertThat(isSent("192.0.2.1", late)).isTrue();

        assertThat(rows()).isEqualTo(PendingSignIns.IN_ALL_MAX);
        assertThat(isKept("row 1")).as("the oldest from where most came from").isFalse();
        assertThat(isKept("row 2")).isTrue();
        assertThat(isSent("192.0.2.2")).isTrue();
        assertThat(isKept("row 2")).isFalse();
        assertThat(pending.take("company", BROWSER, early.state())).isPresent();
        assertThat(pending.take("company", BROWSER, late.state())).isPresent();
    }

    private boolean isKept(String row) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT count(*) FROM pending_sign_ins WHERE state_hash = sha256(convert_to(:row, 'UTF8'))
                        """)
                        .bind("row", row)
                        .mapTo(Integer.class)
                        .one())
                == 1;
    }

    @Test
    void whoComesBackSignedInIsNoneOfThem() {
        String from = "203.0.113.1";
        for (int i = 1; i < PendingSignIns.PER_NETWORK_MAX; i++) {
            isSent(from);
        }
        var attempt = Attempt.make();
        assertThat(isSent(from, attempt)).isTrue();
        assertThat(isSent(from)).isFalse();

        var back = pending.take("company", BROWSER, attempt.state()).orElseThrow();
        assertThat(back.startedAt()).isEqualTo(clock.instant());
        assertThat(isSent(from)).as("who came back without being signed in").isFalse();
        pending.cameBack(from, back.startedAt());

        assertThat(isSent(from)).isTrue();
        assertThat(isSent(from)).isFalse();
    }

    /** On the page to sign in, for a browser went there. */
    @Test
    void whoIsOneTooManyIsToldSo() throws Exception {
        try (var stand = new SignInStand()) {
            var in = stand.signIn("company", "sub-1", SignInStand.claims("first@example.com", true, "First Comer"));
            assertThat(in.session()).isPresent();
            for (int i = 0; i < PendingSignIns.PER_NETWORK_MAX; i++) {
                assertThat(stand.browser().start("company", "/").toString()).startsWith("http");
            }

            assertThat(stand.browser().start("company", "/")).hasToString("/sign-in?problem=too_many_sign_ins");
        }
    }

    private boolean isSent(String from) {
        return isSent(from, Attempt.make());
    }

    private boolean isSent(String from, Attempt attempt) {
        return pending.keep("company", BROWSER, from, new Pending(attempt, "/", Optional.empty(), false));
    }

    private int rows() {
        return database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM pending_sign_ins")
                .mapTo(Integer.class)
                .one());
    }
}
