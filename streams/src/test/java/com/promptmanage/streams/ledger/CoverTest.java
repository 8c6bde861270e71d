package com.promptmanage.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoverTest {

    private static final int START =
            Buckets.quarter(Instant.parse("2024-01-01T00:00:00Z").toEpochMilli());

    private static final int DAY = 96;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Asia/Kathmandu",
                "America/New_York",
                "Pacific/Chatham",
                "Australia/Lord_Howe",
                "Pacific/Apia"
            })
    void everyQuarterOfARangeCountsOnceAndNoOther(String zone) {
        var buckets = new Buckets(ZoneId.of(zone));
        var random = new SplittableRandom(zone.hashCode());
        for (int i = 0; i < 300; i++) {
            int from = START + random.nextInt(400 * DAY);
            int to = from + random.nextInt(1, random.nextBoolean() ? 3 * DAY : 120 * DAY);

            var counted = count(buckets, Cover.of(buckets, from, to));

            assertThat(counted.keySet()).hasSize(to - from);
            assertThat(counted.firstKey()).isEqualTo(from);
            assertThat(counted.lastKey()).isEqualTo(to - 1);
            assertThat(counted.values()).containsOnly(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Asia/Kathmandu", "America/New_York"})
    void whereNothingHappenedTheRangeMayBeLongerButNeverShorter(String zone) {
        var buckets = new Buckets(ZoneId.of(zone));
        var random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            int first = START + random.nextInt(100 * DAY);
            int last = first + random.nextInt(100 * DAY);
            int from = START + random.nextInt(200 * DAY);
            int to = from + random.nextInt(1, 100 * DAY);

            var counted = count(
                    buckets, Cover.of(buckets, Buckets.quarterStartMs(from), Buckets.quarterStartMs(to), first, last));

            counted.keySet().removeIf(quarter -> quarter < first || quarter > last);
            int firstCounted = Math.max(first, from);
            int lastCounted = Math.min(last, to - 1);
            assertThat(counted).hasSize(Math.max(0, lastCounted - firstCounted + 1));
            if (!counted.isEmpty()) {
                assertThat(counted.firstKey()).isEqualTo(firstCounted);
                assertThat(counted.lastKey()).isEqualTo(lastCounted);
                assertThat(counted.values()).containsOnly(1);
            }
        }
    }

    @Test
    void aMonthOfAnotherZoneTakesFewRows() {
        var utc = new Buckets(ZoneId.of("UTC"));
        var kathmandu = new Buckets(ZoneId.of("Asia/Kathmandu"));
        int month = 2024 * 12 + 4;
        int from = kathmandu.monthStart(month);
        int to = kathmandu.monthStart(month + 1);

        assertThat(size(Cover.of(utc, from, to))).isEqualTo(1 + 23 + 23);
        assertThat(size(Cover.of(utc, from, from + DAY))).isEqualTo(1 + 23 + 23);
        assertThat(size(Cover.of(kathmandu, from, to))).isEqualTo(1);
    }

    @Test
    void whatHasNoEndTakesTheMonthsWithAnythingInThem() {
        var utc = new Buckets(ZoneId.of("UTC"));
        int middle = START + 10 * DAY + 5;

        assertThat(Cover.of(utc, Long.MIN_VALUE, Long.MAX_VALUE, middle, middle + 40 * DAY))
                .containsExactly(new Cover.Run(Grain.MONTH, 2024 * 12, 2024 * 12 + 2, 1));
        assertThat(Cover.of(utc, Long.MIN_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, Integer.MIN_VALUE))
                .isEmpty();
    }

    private static int size(List<Cover.Run> runs) {
        return runs.stream().mapToInt(run -> run.to() - run.from()).sum();
    }

    /** By quarter, how often it counts; those that come to nothing are left out. */
    private static NavigableMap<Integer, Integer> count(Buckets buckets, List<Cover.Run> runs) {
        var counted = new TreeMap<Integer, Integer>();
        for (Cover.Run run : runs) {
            for (int bucket = run.from(); bucket < run.to(); bucket++) {
                int start = startOf(buckets, run.grain(), bucket);
                int end = startOf(buckets, run.grain(), bucket + 1);
                for (int quarter = start; quarter < end; quarter++) {
                    counted.merge(quarter, run.sign(), Integer::sum);
                }
            }
        }
        counted.values().removeIf(times -> times == 0);
        return counted;
    }

    private static int startOf(Buckets buckets, Grain grain, int bucket) {
        return switch (grain) {
            case QUARTER_HOUR -> bucket;
            case DAY -> buckets.dayStart(bucket);
            case MONTH -> buckets.monthStart(bucket);
            case PAST -> throw new AssertionError("a cover of kept rows has none of the past");
        };
    }
}
