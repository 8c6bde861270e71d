package com.promptmanage.streams.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DurationsTest {

    @Test
    void whatIsToldIsAtMostASixtyFourthAway() {
        for (long ms = 0; ms < 5_000_000_000_000L; ms = ms < 70_000 ? ms + 1 : ms + ms / 997) {
            long told = Durations.middle(Durations.bucket(ms));
            assertThat(Math.abs(told - ms) * 64)
                    .as("%d ms told as %d", ms, told)
                    .isLessThanOrEqualTo(ms);
        }
    }

    @Test
    void quantilesAreThoseOfTheSortedListAboutAsExactly() {
        var random = new SplittableRandom(7);
        long[] all = random.longs(10_000, 0, 40)
                .map(bits -> random.nextLong(1L << bits))
                .toArray();
        Durations durations = Durations.NONE;
        for (long ms : all) {
            durations = durations.plus(Durations.of(ms));
        }
        Arrays.sort(all);

        for (int permille : new int[] {1, 250, 500, 950, 990, 1000}) {
            long exact = all[(int) Math.ceilDiv((long) all.length * permille, 1000L) - 1];
            long told = durations.quantile(permille).orElseThrow();
            assertThat(Math.abs(told - exact) * 64)
                    .as("%d of a thousand: %d told as %d", permille, exact, told)
                    .isLessThanOrEqualTo(exact);
        }
        assertThat(durations.count()).isEqualTo(all.length);
        assertThat(Durations.NONE.quantile(500)).isEmpty();
    }

    @Test
    void whatWasAddedCanBeTakenOffInAnyOrder() {
        Durations one = Durations.of(5).plus(Durations.of(5_000));
        Durations other = Durations.of(5).plus(Durations.of(80));

        assertThat(one.plus(other).minus(one)).isEqualTo(other);
        assertThat(one.plus(other)).isEqualTo(other.plus(one));
        assertThat(one.minus(one)).isEqualTo(Durations.NONE);
        assertThatIllegalArgumentException().isThrownBy(() -> one.minus(other));
    }
}
