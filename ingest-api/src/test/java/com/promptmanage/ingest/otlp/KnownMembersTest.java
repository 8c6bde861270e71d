package com.promptmanage.ingest.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.database.Waits;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KnownMembersTest {

    private static final Account ACME = Account.team("acme");

    private static final Account NEW = Account.team("new");

    private final Map<Account, Map<String, String>> directory = new ConcurrentHashMap<>();

    private final AtomicInteger queries = new AtomicInteger();

    private final AtomicLong nanos = new AtomicLong();

    private volatile boolean isAway;

    @Test
    void anAccountCostsOneQueryAlsoWhereItHasNobody() {
        KnownMembers members = known(Duration.ofHours(1));
        directory.put(ACME, Map.of("ann@example.com", "usr_ann"));

        for (int i = 0; i < 3; i++) {
            assertThat(members.of(ACME)).containsEntry("ann@example.com", "usr_ann");
            assertThat(members.of(NEW)).isEmpty();
        }
        assertThat(queries).hasValue(2);
    }

    @Test
    void whoComesAndGoesIsKnownWhenItIsAskedAgain() {
        KnownMembers members = known(Duration.ZERO);

        assertThat(members.of(ACME)).isEmpty();
        directory.put(ACME, Map.of("ann@example.com", "usr_ann"));
        assertThat(members.of(ACME)).containsKey("ann@example.com");
        directory.remove(ACME);
        assertThat(members.of(ACME)).isEmpty();
    }

    @Test
    void whileItIsAwayWhoWasKnownIsKnownAndNobodyElse() {
        KnownMembers members = known(Duration.ZERO);
        directory.put(ACME, Map.of("ann@example.com", "usr_ann"));
        directory.put(NEW, Map.of("bob@example.com", "usr_bob"));
        assertThat(members.of(ACME)).hasSize(1);
        isAway = true;

        assertThat(members.of(NEW)).isEmpty();
        assertThat(members.of(ACME)).containsEntry("ann@example.com", "usr_ann");

        isAway = false;
        nanos.addAndGet(KnownMembers.QUIET.toNanos());
        assertThat(members.of(NEW)).containsEntry("bob@example.com", "usr_bob");
    }

    /** An export of many accounts would wait for each. */
    @Test
    void afterItDidNotAnswerItIsLeftAloneForAWhile() {
        KnownMembers members = known(Duration.ZERO);
        isAway = true;

        for (int i = 0; i < 100; i++) {
            assertThat(members.of(Account.team("team" + i))).isEmpty();
        }
        assertThat(queries).hasValue(1);
        nanos.addAndGet(KnownMembers.QUIET.toNanos());
        assertThat(members.of(NEW)).isEmpty();
        assertThat(queries).hasValue(2);
    }

    /** Far longer than a busy machine takes: what is answered here is answered. */
    private KnownMembers known(Duration fresh) {
        return new KnownMembers(this::ask, fresh, Waits.of(Duration.ofMinutes(1)), nanos::get);
    }

    private Map<String, String> ask(Account account) {
        queries.incrementAndGet();
        if (isAway) {
            throw new UnavailableException("away", Duration.ofSeconds(1), new IllegalStateException("gone"));
        }
        return directory.getOrDefault(account, Map.of());
    }
}
