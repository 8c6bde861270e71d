package com.promptmanage.query.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.budget.Recommendation.Basis;
import com.promptmanage.query.budget.Recommendation.Volume;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RecommendationTest {

    /** The example of the product's set-up wizard: 50 to 200 prompts a month on gpt-4o-mini. */
    @Test
    void fewCheapPromptsGetWhatIsUsualForTheirNumber() {
        Recommendation recommendation =
                Recommendation.of(OptionalLong.empty(), Volume.UP_TO_200, List.of(1_500L * 150 + 750 * 600));

        assertThat(recommendation.monthly().toUsd()).isEqualTo("30.00");
        assertThat(recommendation.basis()).isEqualTo(Basis.VOLUME);
    }

    @Test
    void manyDearPromptsGetTwiceWhatTheyCost() {
        // gpt-4 at 30 and 60 USD per million: 0.09 USD a prompt, 180 USD for 2,000 of them.
        Recommendation recommendation =
                Recommendation.of(OptionalLong.empty(), Volume.MORE, List.of(675_000L, 1_500L * 30_000 + 750 * 60_000));

        assertThat(recommendation.monthly().toUsd()).isEqualTo("360.00");
        assertThat(recommendation.expectedNanoUsd()).isEqualTo(180_000_000_000L);
    }

    @Test
    void whatIsSpentAlreadyTellsMore() {
        Recommendation recommendation =
                Recommendation.of(OptionalLong.of(35_200_000_000L), Volume.UP_TO_50, List.of(1L));

        assertThat(recommendation.monthly().toUsd()).as("44.00, rounded up").isEqualTo("45.00");
        assertThat(recommendation.basis()).isEqualTo(Basis.SPEND);
    }

    /** One event of a test does not outweigh what someone tells of their month. */
    @Test
    void whatIsSpentSoFarTakesNothingFromTheAnswers() {
        OptionalLong little = OptionalLong.of(540_000);

        Recommendation few = Recommendation.of(little, Volume.UP_TO_200, List.of(675_000L));
        Recommendation many = Recommendation.of(little, Volume.MORE, List.of(1_500L * 10_000 + 750 * 30_000));

        assertThat(few.monthly().toUsd()).isEqualTo("30.00");
        assertThat(few.basis()).isEqualTo(Basis.VOLUME);
        assertThat(many.monthly().toUsd())
                .as("gpt-4-turbo: 0.0375 USD a prompt, 75 USD for 2,000, twice that")
                .isEqualTo("150.00");
        assertThat(many.expectedNanoUsd()).isEqualTo(75_000_000_000L);
    }

    @Test
    void nothingSoFarTellsNothing() {
        assertThat(Recommendation.of(OptionalLong.of(0), Volume.UP_TO_50, List.of())
                        .monthly()
                        .toUsd())
                .isEqualTo("10.00");
    }
}
