package com.promptmanage.query.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.http.ProblemException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CountingTurnsTest {

    private static final int LONG = CountingTurns.SHORT_CHARS_MAX + 1;

    @Test
    void aShortTextIsCountedWhileLongOnesHaveAllTurns() {
        var turns = new CountingTurns(1, Duration.ofMillis(1));

        assertThat(turns.<Integer>count(LONG, () -> turns.count(CountingTurns.SHORT_CHARS_MAX, () -> 7)))
                .isEqualTo(7);
    }

    @Test
    void aLongTextThatGetsNoTurnIsToComeAgain() {
        var turns = new CountingTurns(1, Duration.ofMillis(1));

        turns.count(
                LONG,
                () -> assertThatThrownBy(() -> turns.count(LONG, () -> 7))
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                refused ->
                                        assertThat(refused.problem().status()).isEqualTo(503)));
    }

    @Test
    void aTurnIsGivenBackAlsoWhenCountingFails() {
        var turns = new CountingTurns(1, Duration.ofMillis(1));
        assertThatThrownBy(() -> turns.count(LONG, () -> {
                    throw new IllegalStateException("cannot count this");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(turns.<Integer>count(LONG, () -> 7)).isEqualTo(7);
    }
}
