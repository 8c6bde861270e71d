package com.promptmanage.streams.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.topics.budget.Dimension;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rows that cannot be on disk are not asked for there. So whatever is on disk must be known to be possible: in random lives of
 * several accounts, with rows before and after an account's last, with rows that cool down, and with processes that end, every
 * row is the sum of what was ever committed.
 */
class WorkingRowsTest {

    private static final int QUARTERS_OF_A_DAY = 96;

    private static final int START =
            Buckets.quarter(Instant.parse("2026-10-20T00:00:00Z").toEpochMilli());

    private static final byte DIMENSION = 5;

    private static final List<String> ZONES =
            List.of("UTC", "Asia/Kathmandu", "America/New_York", "Pacific/Chatham", "Australia/Lord_Howe");

    private final Map<Bytes, byte[]> disk = new TreeMap<>();

    /** Written in the running transaction. */
    private final Map<Bytes, byte[]> logged = new TreeMap<>();

    private final List<PlainAccount> accounts = new ArrayList<>();

    private Names names = new Names();

    private WorkingRows rows = new WorkingRows(names, 16, this::stored);

    private int askedFor;

    /** An account as whoever owns it knows it: what is committed, and what has come since. */
    private static final class PlainAccount implements LedgerStore.Account {

        final byte[] name;

        final ZoneId zone;

        final int keptFrom;

        final Map<Bytes, long[]> committed = new TreeMap<>();

        final List<Added> uncommitted = new ArrayList<>();

        int lastCommitted = Integer.MIN_VALUE;

        Buckets buckets;

        int rowsUpTo = Integer.MIN_VALUE;

        PlainAccount(int number) {
            name = bytes("team:" + number);
            zone = ZoneId.of(ZONES.get(number));
            buckets = new Buckets(zone);
            // Of every second one, old rows are in the past already.
            keptFrom = number % 2 == 0
                    ? Extent.ALL_KEPT
                    : buckets.monthStart(buckets.month(START - 20 * QUARTERS_OF_A_DAY));
        }

        @Override
        public Buckets buckets() {
            return buckets;
        }

        @Override
        public int keptFromQuarter() {
            return keptFrom;
        }

        @Override
        public int rowsUpToQuarter() {
            return rowsUpTo;
        }

        @Override
        public void hasRowOf(int quarter) {
            rowsUpTo = Math.max(rowsUpTo, quarter);
        }

        void commit() {
            for (Added added : uncommitted) {
                LocalDate day = Instant.ofEpochMilli(Buckets.quarterStartMs(added.quarter()))
                        .atZone(zone)
                        .toLocalDate();
                if (added.quarter() < keptFrom) {
                    add(Grain.PAST, 0, added);
                } else {
                    add(Grain.QUARTER_HOUR, added.quarter(), added);
                    add(Grain.DAY, (int) day.toEpochDay(), added);
                    add(Grain.MONTH, day.getYear() * 12 + day.getMonthValue() - 1, added);
                }
                lastCommitted = Math.max(lastCommitted, added.quarter());
            }
            uncommitted.clear();
        }

        private void add(Grain grain, int bucket, Added added) {
            byte[] key = RowKey.of(name, grain, DIMENSION, new byte[0], bucket, bytes(added.value()));
            long[] sum = committed.computeIfAbsent(Bytes.wrap(key), none -> new long[Amounts.WIDTH]);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += added.amounts()[i];
            }
        }

        /** Another owner knows what is committed. */
        void takenOver() {
            uncommitted.clear();
            buckets = new Buckets(zone);
            rowsUpTo = lastCommitted;
        }
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Added(int quarter, String value, long[] amounts) {}

    /** Numbers are given anew at a commit; until then there may be more of them than that. */
    @Test
    void rowsOfATagThatIsMetAfterAMillionNamesAreItsOwn() {
        int million = 1 << 20;
        for (int i = 0; i <= million; i++) {
            names.number(bytes("name-" + i));
        }
        var account = new PlainAccount(0);
        rows.of(number -> account);
        int dimension = LedgerStore.dimension(Dimension.Kind.TAG, names.number(bytes("met-late")));

        rows.add(names.number(account.name), dimension, names.number(bytes("x")), START, new long[Amounts.WIDTH]);

        var tags = new ArrayList<String>();
        rows.takeChanged((key, row) -> tags.add(new String(new StoredKey(key).tag(), StandardCharsets.UTF_8)));
        assertThat(tags).containsExactly("met-late", "met-late", "met-late");
    }

    @Test
    void aTagWhoseNumberDoesNotFitIsRefusedAndNotTakenForAnother() {
        int most = (1 << 22) - 1;

        assertThat(LedgerStore.dimension(Dimension.Kind.TAG, most) >>> 7).isEqualTo(most);
        assertThatThrownBy(() -> LedgerStore.dimension(Dimension.Kind.TAG, most + 1))
                .isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyRowIsTheSumOfWhatWasCommittedWhateverCoolsDownAndWhoeverTakesOver(long seed) {
        live(seed, 4_000);

        assertThat(onDisk()).isEqualTo(expected());
    }

    /** By this the test above is known to be able to fail. */
    @Test
    void whoForgetsHowFarAnAccountsRowsReachLosesSome() {
        live(1, 400);
        commit();
        accounts.forEach(account -> account.lastCommitted = Integer.MIN_VALUE);
        takeOver();
        live(2, 400);

        assertThat(onDisk()).isNotEqualTo(expected());
    }

    @Test
    void onlyWhatMayBeThereIsAskedFor() {
        makeAccounts();
        int noon = START + QUARTERS_OF_A_DAY / 2;

        assertThat(asksOf(noon)).as("the first of all").isZero();
        assertThat(asksOf(noon)).as("on the heap").isZero();
        takeOver();
        assertThat(asksOf(noon)).as("quarter, day and month").isEqualTo(3);
        takeOver();
        assertThat(asksOf(noon + 1)).as("a later quarter of the day").isEqualTo(2);
        takeOver();
        assertThat(asksOf(noon + QUARTERS_OF_A_DAY))
                .as("a later day of the month")
                .isEqualTo(1);
        takeOver();
        assertThat(asksOf(noon + 40 * QUARTERS_OF_A_DAY)).as("a later month").isZero();
        takeOver();
        assertThat(asksOf(noon + 39 * QUARTERS_OF_A_DAY)).as("before the last").isEqualTo(3);
        assertThat(onDisk()).isEqualTo(expected());
    }

    private int asksOf(int quarter) {
        int before = askedFor;
        add(accounts.getFirst(), quarter, "ann", new SplittableRandom(quarter));
        commit();
        return askedFor - before;
    }

    private void live(long seed, int steps) {
        var random = new SplittableRandom(seed);
        if (accounts.isEmpty()) {
            makeAccounts();
        }
        int now = START;
        for (int step = 0; step < steps; step++) {
            now += random.nextInt(20) == 0 ? random.nextInt(QUARTERS_OF_A_DAY) : 0;
            switch (random.nextInt(40)) {
                case 0 -> takeOver();
                case 1, 2 -> write();
                case 3, 4, 5, 6 -> commit();
                case 7 -> forgetNames();
                default ->
                    add(
                            accounts.get(random.nextInt(accounts.size())),
                            quarter(now, random),
                            "user-" + random.nextInt(3),
                            random);
            }
        }
        commit();
    }

    /** About now, or long before, or, as by a clock that is wrong, later. */
    private static int quarter(int now, SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> now - random.nextInt(70 * QUARTERS_OF_A_DAY);
            case 1 -> now - random.nextInt(2 * QUARTERS_OF_A_DAY);
            case 2 -> now + random.nextInt(2 * QUARTERS_OF_A_DAY);
            default -> now - random.nextInt(3);
        };
    }

    private void makeAccounts() {
        for (int number = 0; number < ZONES.size(); number++) {
            accounts.add(new PlainAccount(number));
        }
        attach();
    }

    private void add(PlainAccount account, int quarter, String value, SplittableRandom random) {
        var amounts = new long[Amounts.WIDTH];
        for (int i = 0; i < amounts.length; i++) {
            amounts[i] = random.nextInt(3) == 0 ? random.nextLong(1L << 40) : 0;
        }
        amounts[Amounts.EVENTS] = 1;
        rows.add(names.number(account.name), DIMENSION, names.number(bytes(value)), quarter, amounts);
        account.uncommitted.add(new Added(quarter, value, amounts));
    }

    /** As before rows are read past the heap, in the middle of a transaction. */
    private void write() {
        rows.takeChanged((key, value) -> logged.put(Bytes.wrap(key), value));
    }

    private void commit() {
        write();
        disk.putAll(logged);
        logged.clear();
        rows.cool();
        accounts.forEach(PlainAccount::commit);
    }

    /** There are too many of them, and the commit is not there yet. */
    private void forgetNames() {
        write();
        names.clear();
        rows.forgetHot();
    }

    /** The process ends where it is, and another knows what is committed. */
    private void takeOver() {
        logged.clear();
        accounts.forEach(PlainAccount::takenOver);
        names = new Names();
        rows = new WorkingRows(names, 16, this::stored);
        attach();
    }

    private void attach() {
        rows.of(number -> accounts.stream()
                .filter(account -> names.find(account.name) == number)
                .findFirst()
                .orElseThrow());
    }

    private byte @Nullable [] stored(byte[] key) {
        askedFor++;
        byte[] newest = logged.get(Bytes.wrap(key));
        return newest == null ? disk.get(Bytes.wrap(key)) : newest;
    }

    private Map<Bytes, List<Long>> onDisk() {
        var all = new HashMap<Bytes, List<Long>>();
        disk.forEach((key, row) -> {
            var cells = new long[Amounts.WIDTH];
            Amounts.addTo(row, cells, 0, 1);
            all.put(key, list(cells));
        });
        return all;
    }

    private Map<Bytes, List<Long>> expected() {
        var all = new HashMap<Bytes, List<Long>>();
        accounts.forEach(account -> account.committed.forEach((key, sum) -> all.put(key, list(sum))));
        return all;
    }

    private static List<Long> list(long[] cells) {
        return Arrays.stream(cells).boxed().toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
