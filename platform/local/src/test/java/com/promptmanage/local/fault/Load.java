package com.promptmanage.local.fault;

import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Events of some teams over three days, in random order, every tenth twice; sent at a steady pace until told to stop. */
final class Load {

    static final int TEAMS = 20;

    /** 1,000 input and 500 output tokens on gpt-4o-mini. */
    static final long EVENT_NANO_USD = 1_000 * 150 + 500 * 600;

    private static final int MEMBERS = 10;

    private static final int DAYS = 3;

    private final List<UsageEvent> unique = new ArrayList<>();

    private final SplittableRandom random;

    private final Instant now;

    Load(Instant now, SplittableRandom random) {
        this.now = now;
        this.random = random;
    }

    /** From the one with the least traffic a budget may expect, to the one with the most. */
    static List<Account> accounts() {
        var accounts = new ArrayList<Account>();
        for (int i = 0; i < TEAMS; i++) {
            accounts.add(account(i));
        }
        return accounts;
    }

    /** What was sent, without the repeats. Only when {@link #send} has returned. */
    List<UsageEvent> unique() {
        return unique;
    }

    /**
     * Returns when it was told to stop and the brokers have all of it.
     *
     * @return the last offset by partition
     */
    Map<Integer, Long> send(Producer<byte[], byte[]> producer, int perSecond, BooleanSupplier enough)
            throws InterruptedException, ExecutionException {
        long startedNanos = System.nanoTime();
        var acknowledgements = new ArrayList<Future<RecordMetadata>>();
        while (!enough.getAsBoolean()) {
            long aheadNanos = acknowledgements.size() * 1_000_000_000L / perSecond - (System.nanoTime() - startedNanos);
            if (aheadNanos > 1_000_000) {
                Thread.sleep(Duration.ofNanos(aheadNanos));
            }
            UsageEvent event = acknowledgements.size() % 10 == 9 ? unique.get(random.nextInt(unique.size())) : next();
            acknowledgements.add(producer.send(new ProducerRecord<>(
                    Topics.USAGE_EVENTS.name(), event.account().key(), UsageEventCodec.write(event))));
        }
        var last = new HashMap<Integer, Long>();
        for (Future<RecordMetadata> acknowledgement : acknowledgements) {
            RecordMetadata record = acknowledgement.get();
            last.merge(record.partition(), record.offset(), Math::max);
        }
        return last;
    }

    private UsageEvent next() {
        var event = new UsageEvent(
                "event-" + unique.size(),
                "/load",
                now.minus(Duration.ofDays(random.nextInt(DAYS))),
                TokenUsage.of(
                        "user-" + random.nextInt(MEMBERS),
                        account(random.nextInt(TEAMS)).id(),
                        "gpt-4o-mini",
                        TokenCounts.ofInputOutput(1_000, 500)));
        unique.add(event);
        return event;
    }

    private static Account account(int number) {
        return Account.team("team-" + number);
    }
}
