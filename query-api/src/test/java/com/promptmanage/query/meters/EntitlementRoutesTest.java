package com.promptmanage.query.meters;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.http.TestRoutes;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Budget.Enforcement;
import com.promptmanage.topics.budget.Budget.FailMode;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class EntitlementRoutesTest {

    private static final Account ACME = Account.team("acme");

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    @AutoClose
    private final TestApi api = TestApi.start(
            NOW,
            parts -> List.of(
                    new EntitlementRoutes(parts.access().authentication(), TestRoutes.routing(parts), parts.clock())));

    private final String key = api.key(ACME, KeyScope.QUERY);

    @Test
    void aBudgetOfEachMemberIsThereBeforeAnyoneHasSpentOfIt() {
        api.metering().budgets(ACME, List.of(ofEachMember()));

        JsonNode value = value("ann", "").json();

        assertThat(value.path("hasAccess").booleanValue()).isTrue();
        assertThat(value.path("balance").longValue()).isEqualTo(1_000);
        assertThat(value.path("usage").longValue()).isZero();
        assertThat(value.path("totalAvailableGrantAmount").longValue()).isEqualTo(1_000);
    }

    @Test
    void whatOneMemberHasSpentIsNoOthers() {
        api.metering().budgets(ACME, List.of(ofEachMember()));
        api.metering()
                .add(
                        TokenUsage.of("ann", "acme", "gpt-4o-mini", TokenCounts.ofInputOutput(1_200, 0)),
                        NOW.minusSeconds(60));
        api.metering().commit();

        JsonNode ann = value("ann", "").json();
        assertThat(ann.path("hasAccess").booleanValue()).isFalse();
        assertThat(ann.path("usage").longValue()).isEqualTo(1_200);
        assertThat(ann.path("overage").longValue()).isEqualTo(200);
        assertThat(value("bob", "").json().path("balance").longValue()).isEqualTo(1_000);
    }

    @Test
    void anotherTimeThanNowIsNotAnsweredAsIfItWereNow() {
        api.metering().budgets(ACME, List.of(ofEachMember()));

        assertThat(value("ann", "?time=2026-11-01T00:00:00Z").status()).isEqualTo(400);
        assertThat(api.get(key, "/api/v1/subjects/ann/entitlements/none/value").status())
                .isEqualTo(404);
    }

    @Test
    void theBudgetAndWhatWasSpentOfItAreOfOneCommit() {
        api.metering().budgets(ACME, List.of(ofEachMember()));
        AccountReads reads = api.metering().reads();
        var isOfOne = new AtomicBoolean();
        var alone = new CopyOnWriteArrayList<String>();
        InvocationHandler watching = (proxy, method, arguments) -> {
            boolean before = isOfOne.get();
            if (!before) {
                alone.add(method.getName());
            }
            isOfOne.set(before || method.getName().equals("atOneCommit"));
            try {
                return requireNonNull(method.invoke(reads, arguments));
            } finally {
                isOfOne.set(before);
            }
        };
        api.metering().place(ACME, new Place.Here((AccountReads) Proxy.newProxyInstance(
                AccountReads.class.getClassLoader(), new Class<?>[] {AccountReads.class}, watching)));

        assertThat(value("ann", "").json().path("balance").longValue()).isEqualTo(1_000);

        assertThat(alone).contains("atOneCommit").doesNotContain("definitions", "budgets");
    }

    private Answer value(String subject, String more) {
        return api.get(key, "/api/v1/subjects/%s/entitlements/tokens/value%s".formatted(subject, more));
    }

    private static Budget ofEachMember() {
        return new Budget(
                "b1",
                "tokens",
                ACME,
                Dimension.MEMBER,
                Budget.EACH,
                new Limit.Tokens(1_000),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Enforcement.BLOCK,
                FailMode.OPEN,
                1);
    }
}
