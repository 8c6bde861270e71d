package com.promptmanage.ingest.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void aBurstIsGrantedAndThenTheRate() {
        var bucket = new TokenBucket(10, 100, 0);

        bucket.take(100, 0);

        assertThat(bucket.waitAt(0)).isEqualTo(Duration.ofMillis(100));
        assertThat(bucket.waitAt(SECOND / 10)).isZero();
    }

    @Test
    void aLargeRequestIsLetInAndLeavesADebt() {
        var bucket = new TokenBucket(10, 100, 0);

        bucket.take(299, 0);

        assertThat(bucket.waitAt(0)).isEqualTo(Duration.ofSeconds(20));
        assertThat(bucket.waitAt(19 * SECOND)).isEqualTo(Duration.ofSeconds(1));
        assertThat(bucket.waitAt(20 * SECOND)).isZero();
    }

    @Test
    void restingFillsItNoFurtherThanTheBurst() {
        var bucket = new TokenBucket(10, 100, 0);

        bucket.take(100, 1000 * SECOND);

        assertThat(bucket.waitAt(1000 * SECOND)).isPositive();
    }

    @Test
    void aClockThatStepsBackGrantsNothing() {
        var bucket = new TokenBucket(10, 100, 50 * SECOND);
        bucket.take(100, 50 * SECOND);

        assertThat(bucket.waitAt(0)).isPositive();
        assertThat(bucket.waitAt(50 * SECOND)).isPositive();
    }
}
