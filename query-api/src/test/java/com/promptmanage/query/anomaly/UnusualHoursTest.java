package com.promptmanage.query.anomaly;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.anomaly.UnusualHours.Unusual;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnusualHoursTest {

    private static final long DOLLAR = 1_000_000_000;

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static final ZonedDateTime TODAY = ZonedDateTime.parse("2026-11-16T00:00:00+01:00[Europe/Berlin]");

    private final Map<Long, Long> hours = new HashMap<>();

    @Test
    void anHourFarAboveTheSameHoursIsFound() {
        habit(28, 14, DOLLAR);
        put(TODAY.withHour(14), 12 * DOLLAR);

        assertThat(found()).containsExactly(new Unusual(ms(TODAY.withHour(14)), 12 * DOLLAR, DOLLAR, 28));
    }

    @Test
    void daysThatWereUnusualThemselvesDoNotMoveWhatIsUsual() {
        habit(28, 14, DOLLAR);
        IntStream.of(3, 9, 20).forEach(ago -> put(TODAY.minusDays(ago).withHour(14), 500 * DOLLAR));
        put(TODAY.withHour(14), 12 * DOLLAR);

        assertThat(found()).hasSize(1);
    }

    @Test
    void whatIsSpreadWideMustBeFurtherAway() {
        // From 1 to 28 dollars: in the middle 14, and 7 from that.
        for (int ago = 1; ago <= 28; ago++) {
            put(TODAY.minusDays(ago).withHour(14), ago * DOLLAR);
        }
        put(TODAY.withHour(14), 76 * DOLLAR);

        assertThat(found()).isEmpty();

        put(TODAY.withHour(14), 85 * DOLLAR);

        assertThat(found()).hasSize(1);
    }

    @Test
    void whoIsNewHasNoHabits() {
        habit(13, 14, DOLLAR);
        put(TODAY.withHour(14), 1_000 * DOLLAR);

        assertThat(found()).isEmpty();

        put(TODAY.minusDays(27).withHour(3), 1);

        assertThat(found()).hasSize(1);
    }

    @Test
    void smallAmountsWakeNobody() {
        habit(28, 14, DOLLAR / 1_000);
        put(TODAY.withHour(14), DOLLAR);

        assertThat(found()).isEmpty();

        put(TODAY.withHour(14), DOLLAR + DOLLAR / 1_000);

        assertThat(found()).hasSize(1);
    }

    @Test
    void theFirstRunAtNightIsNoNewsIfItIsAsDearAsAnyByDay() {
        habit(28, 14, 10 * DOLLAR);
        put(TODAY.withHour(3), 29 * DOLLAR);

        assertThat(found()).isEmpty();

        put(TODAY.withHour(3), 30 * DOLLAR);

        assertThat(found()).containsExactly(new Unusual(ms(TODAY.withHour(3)), 30 * DOLLAR, 0, 28));
    }

    @Test
    void hoursAreThoseThatClocksShow() {
        ZonedDateTime afterTheChange = ZonedDateTime.parse("2026-10-25T09:00:00+01:00[Europe/Berlin]");
        for (int ago = 1; ago <= 28; ago++) {
            put(afterTheChange.minusDays(ago), 40 * DOLLAR);
        }
        put(afterTheChange, 40 * DOLLAR);

        assertThat(UnusualHours.find(hours, BERLIN, ms(afterTheChange))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"})
    void isWhatAPlainReckoningSays(String zoneName) {
        ZoneId zone = ZoneId.of(zoneName);
        int unusual = 0;
        for (int i = 0; i < 40; i++) {
            var random = new Random(i);
            ZonedDateTime end = Instant.parse("2026-11-10T00:00:00Z")
                    .plus(random.nextInt(240), ChronoUnit.HOURS)
                    .atZone(zone)
                    .truncatedTo(ChronoUnit.HOURS);
            hours.clear();
            int density = random.nextInt(1, 24);
            for (ZonedDateTime hour = end.minusDays(30); hour.isBefore(end); hour = hour.plusHours(1)) {
                if (random.nextInt(24) < density) {
                    long spent = random.nextLong(3 * DOLLAR);
                    put(hour, random.nextInt(20) == 0 ? spent * 20 : spent);
                }
            }
            long fromMs = ms(end.minusHours(24));

            List<Unusual> found = UnusualHours.find(hours, zone, fromMs);

            assertThat(found).isEqualTo(reckoned(zone, fromMs));
            unusual += found.size();
        }
        assertThat(unusual).as("the question was a real one").isPositive();
    }

    private record Hour(LocalDateTime at, long spent) {}

    private List<Unusual> reckoned(ZoneId zone, long fromMs) {
        List<Hour> all = hours.entrySet().stream()
                .map(entry -> new Hour(
                        Instant.ofEpochMilli(entry.getKey()).atZone(zone).toLocalDateTime(), entry.getValue()))
                .toList();
        var found = new ArrayList<Unusual>();
        for (long startMs : hours.keySet().stream()
                .sorted()
                .filter(start -> start >= fromMs)
                .toList()) {
            LocalDateTime start = Instant.ofEpochMilli(startMs).atZone(zone).toLocalDateTime();
            var same = new ArrayList<BigDecimal>();
            var any = new HashMap<LocalDateTime, BigDecimal>();
            int days = 0;
            for (int ago = 1; ago <= 28; ago++) {
                LocalDate then = start.toLocalDate().minusDays(ago);
                List<Hour> ofDay = all.stream()
                        .filter(hour -> hour.at().toLocalDate().equals(then))
                        .toList();
                ofDay.forEach(hour -> any.merge(hour.at(), BigDecimal.valueOf(hour.spent()), BigDecimal::add));
                days += ofDay.isEmpty() ? 0 : 1;
                same.add(any.getOrDefault(then.atTime(start.getHour(), 0), BigDecimal.ZERO));
            }
            BigDecimal spent = BigDecimal.valueOf(requireNonNull(hours.get(startMs)));
            BigDecimal usual = middle(same);
            BigDecimal distance =
                    middle(same.stream().map(one -> one.subtract(usual).abs()).toList());
            BigDecimal anyHour = middle(
                    any.values().stream().filter(one -> one.signum() != 0).toList());
            BigDecimal above = spent.subtract(usual);
            if (days >= 14
                    && above.compareTo(BigDecimal.valueOf(DOLLAR)) >= 0
                    // Whole nanoUSD: more than nine distances, by at least as many as there are distances.
                    && above.compareTo(distance.add(BigDecimal.ONE).multiply(BigDecimal.valueOf(9))) >= 0
                    && spent.compareTo(usual.max(anyHour).multiply(BigDecimal.valueOf(3))) >= 0) {
                found.add(new Unusual(startMs, spent.longValueExact(), usual.longValueExact(), days));
            }
        }
        return found;
    }

    private static BigDecimal middle(List<BigDecimal> amounts) {
        return amounts.isEmpty()
                ? BigDecimal.ZERO
                : amounts.stream().sorted().toList().get((amounts.size() - 1) / 2);
    }

    private List<Unusual> found() {
        return UnusualHours.find(hours, BERLIN, ms(TODAY));
    }

    private void habit(int days, int hour, long spent) {
        for (int ago = 1; ago <= days; ago++) {
            put(TODAY.minusDays(ago).withHour(hour), spent);
        }
    }

    private void put(ZonedDateTime hour, long spent) {
        hours.put(ms(hour), spent);
    }

    private static long ms(ZonedDateTime time) {
        return time.toInstant().toEpochMilli();
    }
}
