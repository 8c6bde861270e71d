package com.promptmanage.query.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.budget.Decision.Denial;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Budget.Enforcement;
import com.promptmanage.topics.budget.Budget.FailMode;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DecisionTest {

    private static final OptionalLong UNPRICED = OptionalLong.empty();

    @Test
    void aCallThatFitsIsAllowedToTheLastNanoUsd() {
        assertThat(decide(OptionalLong.of(100), blocking("a", 1_000, 900)).isAllowed())
                .isTrue();
        assertThat(decide(OptionalLong.of(101), blocking("a", 1_000, 900)).isAllowed())
                .isFalse();
    }

    @Test
    void everyBudgetIsLookedAtAndTheOneWithTheLeastLeftDenies() {
        Progress roomy = blocking("roomy", 1_000, 990);
        Progress tight = blocking("tight", 1_000, 999);
        Progress watching = progress("watching", Enforcement.ALERT_ONLY, new Limit.Spend(new NanoUsd(1_000)), 2_000);
        Progress ample = blocking("ample", 1_000_000, 0);

        Decision decision = decide(OptionalLong.of(50), roomy, tight, watching, ample);

        assertThat(decision.denial()).contains(new Denial.OverBudget(tight));
        assertThat(decision.budgets())
                .containsExactly(
                        new Decision.Applied(roomy, true),
                        new Decision.Applied(tight, true),
                        new Decision.Applied(watching, true),
                        new Decision.Applied(ample, false));
    }

    @Test
    void aBudgetThatOnlyAlertsDeniesNothing() {
        Decision decision = decide(
                OptionalLong.of(50),
                progress("watching", Enforcement.ALERT_ONLY, new Limit.Spend(new NanoUsd(1_000)), 5_000));

        assertThat(decision.isAllowed()).isTrue();
        assertThat(decision.budgets().getFirst().wouldExceed()).isTrue();
    }

    /** Users of a comparable tool were locked out of models that cost nothing. */
    @Test
    void aCallThatCostsNothingIsAllowedThoughNothingIsLeft() {
        assertThat(decide(OptionalLong.of(0), blocking("spent", 1_000, 5_000)).isAllowed())
                .isTrue();
    }

    /** Users of a comparable tool overspent on models that had no price yet. */
    @Test
    void aCallWithoutAKnownPriceIsNotTakenForFree() {
        assertThat(decide(UNPRICED, blocking("left", 1_000, 999)).isAllowed()).isTrue();
        assertThat(decide(UNPRICED, blocking("spent", 1_000, 1_000)).isAllowed())
                .isFalse();
    }

    @Test
    void aLimitOfTokensHoldsWhateverTheyCost() {
        Progress tokens = progress("tokens", Enforcement.BLOCK, new Limit.Tokens(100), 90);

        assertThat(Decision.on(List.of(tokens), OptionalLong.of(0), 6, 4, OptionalLong.empty())
                        .isAllowed())
                .isTrue();
        assertThat(Decision.on(List.of(tokens), OptionalLong.of(0), 6, 5, OptionalLong.empty())
                        .isAllowed())
                .isFalse();
        assertThat(Decision.on(List.of(tokens), UNPRICED, 6, 5, OptionalLong.empty())
                        .isAllowed())
                .isFalse();
    }

    @Test
    void aPromptThatIsTooLongIsDeniedWhateverIsLeft() {
        assertThat(Decision.on(List.of(), OptionalLong.of(1), 1_001, 0, OptionalLong.of(1_000))
                        .denial())
                .contains(new Denial.PromptTooLong(1_001, 1_000));
        assertThat(Decision.on(List.of(), OptionalLong.of(1), 1_000, 9_000, OptionalLong.of(1_000))
                        .isAllowed())
                .isTrue();
    }

    @Test
    void sharesAreComparedUnrounded() {
        assertThat(blocking("a", 1_000_000_000, 749_999_999).isNearLimit()).isFalse();
        assertThat(blocking("a", 1_000_000_000, 750_000_000).isNearLimit()).isTrue();
        assertThat(blocking("a", 1_000_000_000, 999_999_999).isExceeded()).isFalse();
        assertThat(blocking("a", 1_000_000_000, 1_000_000_000).isExceeded()).isTrue();
    }

    @Test
    void whatIsLeftIsNeverNegative() {
        assertThat(blocking("a", 1_000, 5_000).remaining()).isZero();
        assertThat(blocking("a", 1_000, 5_000).overBy()).isEqualTo(4_000);
        assertThat(blocking("a", 1, Long.MAX_VALUE).overBy()).isEqualTo(Long.MAX_VALUE - 1);
        assertThat(blocking("a", 1_000, 1_000).overBy()).isZero();
        assertThat(blocking("a", 1_000, -5).overBy()).isZero();
        assertThat(blocking("a", Long.MAX_VALUE, -5).remaining()).isEqualTo(Long.MAX_VALUE);
        assertThat(blocking("a", Long.MAX_VALUE, -5).wouldExceed(Long.MAX_VALUE))
                .isFalse();
    }

    private static Decision decide(OptionalLong cost, Progress... budgets) {
        return Decision.on(List.of(budgets), cost, 10, 10, OptionalLong.empty());
    }

    private static Progress blocking(String id, long limitNanoUsd, long spent) {
        return progress(id, Enforcement.BLOCK, new Limit.Spend(new NanoUsd(limitNanoUsd)), spent);
    }

    private static Progress progress(String id, Enforcement enforcement, Limit limit, long spent) {
        var budget = new Budget(
                id,
                id,
                Account.team("acme"),
                Dimension.ACCOUNT,
                Budget.EACH,
                limit,
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                enforcement,
                FailMode.OPEN,
                1);
        return new Progress(budget, "team:acme", budget.period().windowAt(0), spent);
    }
}
