package com.promptmanage.benchmarks;

import com.promptmanage.streams.MeteringRuntime;
import com.promptmanage.streams.StreamsSettings;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** The metering as the product runs it, in this process. */
final class OurMetering implements Contender {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final String bootstrapServers;

    private final Path directory;

    private final Input input;

    private final Duration commitInterval;

    private final boolean rated;

    private final int threads;

    OurMetering(
            String bootstrapServers, Path directory, Input input, Duration commitInterval, boolean rated, int threads) {
        this.bootstrapServers = bootstrapServers;
        this.directory = directory;
        this.input = input;
        this.commitInterval = commitInterval;
        this.rated = rated;
        this.threads = threads;
    }

    @Override
    public String name() {
        return "(c) ours, %d ms, %s, %d thread%s"
                .formatted(commitInterval.toMillis(), rated ? "rated" : "no rated", threads, threads == 1 ? "" : "s");
    }

    @Override
    public Outcome run(int round) throws Exception {
        String run = "ours-%d-%b-%d-%d".formatted(commitInterval.toMillis(), rated, threads, round);
        Outcome outcome = run(run);
        Leftovers left = Leftovers.countAndRemove(bootstrapServers, run, directory.resolve(run));
        return outcome.withNote(left.perEvent(input.events()));
    }

    private Outcome run(String run) throws InterruptedException {
        StreamsSettings defaults = StreamsSettings.defaults(bootstrapServers, directory.resolve(run));
        var watch = Stopwatch.start();
        long started = System.nanoTime();
        try (var metering = new MeteringRuntime(
                new StreamsSettings(
                        run,
                        bootstrapServers,
                        directory.resolve(run),
                        commitInterval,
                        threads,
                        0,
                        1,
                        null,
                        0,
                        defaults.hotRowsMax(),
                        defaults.recentIdsMax(),
                        defaults.deduplicationWindow(),
                        defaults.sessionTimeout(),
                        rated,
                        defaults.retention()),
                Input.PARTITIONS)) {
            metering.start();
            while (metering.counts().accepted.sum() == 0 && System.nanoTime() - started < PATIENCE.toNanos()) {
                Thread.sleep(1);
            }
            watch.first();
            for (int partition = 0; partition < Input.PARTITIONS; partition++) {
                long end = input.ends().get(partition);
                if (end > 0 && !metering.awaitCommitted(partition, end - 1, PATIENCE)) {
                    return Outcome.failed(watch, "partition %d is not done".formatted(partition));
                }
            }
            Stopwatch.Times times = watch.stop();
            return new Outcome(input.events(), times, fault(metering), "");
        }
    }

    /** Every account's totals by every dimension that adds up to them. */
    private String fault(MeteringRuntime metering) {
        if (metering.lastFailure() != null) {
            return "a thread failed: " + metering.lastFailure();
        }
        for (var expected : input.expected().entrySet()) {
            if (!(metering.owner(expected.getKey()) instanceof Place.Here here)) {
                return expected.getKey() + " cannot be asked";
            }
            for (Dimension dimension : List.of(Dimension.ACCOUNT, Dimension.MEMBER, Dimension.MODEL)) {
                for (Step step : List.of(Step.WHOLE, Step.DAY)) {
                    Workload.Totals found =
                            totals(here.reads(), expected.getKey(), dimension, step, Duration.ofDays(3));
                    if (!found.equals(expected.getValue())) {
                        return "%s by %s in %s: expected %s, found %s"
                                .formatted(expected.getKey(), dimension, step, expected.getValue(), found);
                    }
                }
            }
        }
        return "";
    }

    /** What an account has come to in the time before now, or nothing if it cannot be asked. */
    static Optional<Workload.Totals> totals(MeteringRuntime metering, Account account, Duration before) {
        return metering.owner(account) instanceof Place.Here here
                ? Optional.of(totals(here.reads(), account, Dimension.ACCOUNT, Step.WHOLE, before))
                : Optional.empty();
    }

    private static Workload.Totals totals(
            AccountReads reads, Account account, Dimension dimension, Step step, Duration before) {
        Spend spend = reads
                .spend(new SpendQuery(
                        account,
                        dimension,
                        null,
                        Instant.now().minus(before).toEpochMilli(),
                        Instant.now().plus(Duration.ofDays(1)).toEpochMilli(),
                        ZoneOffset.UTC,
                        step))
                .stream()
                .map(SpendEntry::spend)
                .reduce(Spend.NONE, Spend::plus);
        return new Workload.Totals(spend.events(), spend.tokens().total(), spend.costNanoUsd());
    }
}
