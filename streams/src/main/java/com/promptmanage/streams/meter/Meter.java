package com.promptmanage.streams.meter;

import com.promptmanage.streams.intake.EventIdStore;
import com.promptmanage.streams.intake.EventReader;
import com.promptmanage.streams.intake.ReceivedEvent;
import com.promptmanage.streams.intake.RejectedRecord;
import com.promptmanage.streams.intake.Rejection;
import com.promptmanage.streams.intake.Rejection.Reason;
import com.promptmanage.streams.intake.Text;
import com.promptmanage.streams.ledger.Amounts;
import com.promptmanage.streams.ledger.Buckets;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.ledger.Names;
import com.promptmanage.streams.meter.BudgetKeeper.EventValues;
import com.promptmanage.streams.meter.RatedBatch.Status;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.alert.BudgetAlert;
import com.promptmanage.topics.alert.BudgetAlertCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.event.StructuredMode;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * The meter of one partition.
 *
 * <pre>
 *  usage.events ──▶ read ─▶ new? ─▶ price ─▶ charge budgets ─▶ add to rows ─▶ usage.rated
 *                    │                             └──▶ budget.alerts
 *                    └──▶ usage.rejected
 *  budgets, accounts, prices ──▶ what the steps go by
 * </pre>
 *
 * <p>What can be wrong with an event is found before anything is changed, so an event counts whole or not at all.
 */
final class Meter implements Processor<byte[], byte[], byte[], byte[]> {

    private static final String TO_RATED = MeterSupplier.sink(Topics.USAGE_RATED);

    private static final String TO_ALERTS = MeterSupplier.sink(Topics.BUDGET_ALERTS);

    private static final String TO_REJECTED = MeterSupplier.sink(Topics.USAGE_REJECTED);

    private static final byte[] NONE = {};

    /** In place of a value's number. */
    private static final int NO_VALUE = -1;

    /** Many alerts at once share a commit: each commit costs more than an alert. */
    private static final long ALERT_COMMITS_APART_MS = 25;

    /** Who is behind by more catches up first: then nobody waits for an alert's milliseconds. */
    private static final long UP_TO_DATE_MS = 500;

    private final MeterCounts counts;

    private final boolean writesRated;

    private final Duration retentionTime;

    private final int partitions;

    private final EventReader reader = new EventReader();

    private final EventValues values = new EventValues();

    private final long[] amounts = new long[Amounts.WIDTH];

    private final long[] costs = new long[TokenKind.COUNT];

    /** The accounts that have rated events to send at the next commit, by number. */
    private final BitSet rating = new BitSet();

    private ProcessorContext<byte[], byte[]> context;

    private LedgerStore ledger;

    private EventIdStore ids;

    private Accounts accounts;

    private Pricing pricing;

    private BudgetKeeper budgets;

    private HeldEvents held;

    private Retention retention;

    private long lastArrivalMs;

    private long commitRequestedMs;

    Meter(MeterCounts counts, boolean writesRated, Duration retentionTime, int partitions) {
        this.counts = counts;
        this.writesRated = writesRated;
        this.retentionTime = retentionTime;
        this.partitions = partitions;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> processorContext) {
        context = processorContext;
        // A task whose transaction was given up begins anew with the processor that it has.
        rating.clear();
        ledger = processorContext.getStateStore(MeterStores.LEDGER);
        ids = processorContext.getStateStore(MeterStores.EVENT_IDS);
        pricing = new Pricing(ledger);
        budgets = new BudgetKeeper(ledger, pricing, this::send);
        accounts = new Accounts(
                ledger,
                budgets,
                processorContext.taskId().partition(),
                partitions,
                processorContext::currentSystemTimeMs);
        held = new HeldEvents(ledger, processorContext, this::rerate);
        retention = new Retention(ledger, accounts, counts, retentionTime, processorContext);
        // Reading them back takes time, which no transaction is open to wait for yet.
        ids.open();
        ledger.attach(accounts::get, this::beforeCommit, this::forgetNumbers);
        // Whoever had the partition before may have ended between a price and the last event that waited for it.
        held.retry(List.of());
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata from = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record of a topic has its place on it"));
        String topic = from.topic();
        lastArrivalMs = record.timestamp();
        ledger.makeRoomForNames();
        try {
            if (topic.equals(Topics.USAGE_EVENTS.name())) {
                ledger.processed(from.offset());
                retention.arrived(record.timestamp());
                meter(record, from.offset());
            } else if (topic.equals(Topics.BUDGETS.name())) {
                accounts.budgets(record.key(), record.value(), record.timestamp(), context.currentSystemTimeMs());
            } else if (topic.equals(Topics.ACCOUNTS.name())) {
                held.retry(accounts.settings(record.key(), record.value(), context.currentSystemTimeMs())
                        .priceOverrides());
            } else if (topic.equals(Topics.PRICES.name())) {
                List<ModelPrice> changed = pricing.put(record.key(), record.value());
                accounts.pricesChanged(context.currentSystemTimeMs());
                held.retry(changed);
            } else {
                throw new IllegalStateException("no step takes records of " + topic);
            }
        } catch (Rejection rejection) {
            reject(record, from, rejection);
        }
    }

    private void meter(Record<byte[], byte[]> record, long offset) throws Rejection {
        ReceivedEvent event = reader.read(record.key(), record.value(), record.timestamp());
        MeteredAccount account = accounts.of(event.account());
        accounts.requireHere(account);
        boolean priced = price(account, event);
        long cost = priced ? amounts[Amounts.COST_NANO_USD] : 0;
        if (!account.hasRoomFor(cost, event.totalTokens())) {
            throw new Rejection(Reason.OVERFLOW, "the account's sums cannot take this event's cost or tokens");
        }
        if (!isNew(event, record.timestamp(), offset)) {
            counts.duplicates.increment();
            return;
        }
        counts.accepted.increment();
        if (event.isTokenUsage()) {
            number(event, account.tags());
            if (priced) {
                values.set(Dimension.Kind.MODEL, pricing.model());
                values.set(Dimension.Kind.PROVIDER, pricing.provider());
            }
            count(account, event, record.timestamp());
            rate(account, event, offset, priced ? Status.RATED : Status.UNPRICED, cost);
            if (!priced) {
                counts.unpriced.increment();
                held.hold(account, event, values.tagNumbers(), offset, record.timestamp());
            }
        } else {
            countPlain(account, event);
        }
        account.addToLifetime(Buckets.quarter(event.timeMs()), cost, event.totalTokens());
    }

    private boolean isNew(ReceivedEvent event, long arrivalMs, long offset) {
        return ids.firstSeen(event.account(), event.source(), event.id(), arrivalMs, offset);
    }

    /** Fills the amounts that the event adds to rows; false if its model has no price. */
    private boolean price(MeteredAccount account, ReceivedEvent event) throws Rejection {
        Arrays.fill(costs, 0);
        boolean priced = !event.isTokenUsage() || pricing.price(account, event, costs);
        amounts[Amounts.EVENTS] = 1;
        amounts[Amounts.UNPRICED_EVENTS] = priced ? 0 : 1;
        amounts[Amounts.COST_NANO_USD] = priced && event.isTokenUsage() ? pricing.costNanoUsd() : 0;
        if (event.isTokenUsage()) {
            System.arraycopy(event.tokens(), 0, amounts, Amounts.TOKENS, TokenKind.COUNT);
        } else {
            // What a plain event calls tokens can be anything, and none of it is usage.
            Arrays.fill(amounts, Amounts.TOKENS, Amounts.WIDTH, 0);
        }
        return priced;
    }

    /** Adds the amounts to the budgets and rows of the values. */
    private void count(MeteredAccount account, ReceivedEvent event, long arrivalMs) {
        budgets.charge(account, values, event.timeMs(), amounts, arrivalMs);
        addToRows(account, event);
    }

    /**
     * Numbers the event's value in each dimension, that of the model and the provider as it names them.
     *
     * @param tags the numbers of the names of those that count
     */
    private void number(ReceivedEvent event, int[] tags) {
        Names names = ledger.names();
        values.clear();
        values.set(Dimension.Kind.ACCOUNT, Names.EMPTY);
        number(names, Dimension.Kind.MEMBER, event.userId());
        values.set(Dimension.Kind.MODEL, pricing.spelledModel());
        values.set(Dimension.Kind.PROVIDER, pricing.spelledProvider());
        number(names, Dimension.Kind.WORKFLOW, event.workflowId());
        number(names, Dimension.Kind.PROMPT, event.promptId());
        number(names, Dimension.Kind.API_KEY, event.apiKeyId());
        number(names, Dimension.Kind.EXECUTION_TYPE, event.executionType());
        for (int tag : tags) {
            byte[] wanted = names.text(tag);
            for (int i = 0; i < event.tagCount(); i++) {
                if (event.tagName(i).is(wanted) && event.tagValue(i).length() > 0) {
                    Text value = event.tagValue(i);
                    values.setTag(
                            LedgerStore.dimension(Dimension.Kind.TAG, tag),
                            names.number(value.bytes(), value.start(), value.length()));
                    break;
                }
            }
        }
    }

    private void number(Names names, Dimension.Kind kind, Text value) {
        if (value.isPresent()) {
            values.set(kind, names.number(value.bytes(), value.start(), value.length()));
        }
    }

    private void addToRows(MeteredAccount account, ReceivedEvent event) {
        int quarter = Buckets.quarter(event.timeMs());
        for (Dimension.Kind kind : ROW_KINDS) {
            int value = values.of(kind.code());
            if (value >= 0) {
                ledger.add(account.number(), kind.code(), value, quarter, amounts);
            }
        }
        for (int i = 0; i < values.tags(); i++) {
            ledger.add(account.number(), values.tagDimension(i), values.tagValue(i), quarter, amounts);
        }
    }

    private static final Dimension.Kind[] ROW_KINDS = {
        Dimension.Kind.ACCOUNT,
        Dimension.Kind.MEMBER,
        Dimension.Kind.MODEL,
        Dimension.Kind.PROVIDER,
        Dimension.Kind.WORKFLOW,
        Dimension.Kind.PROMPT,
        Dimension.Kind.API_KEY,
        Dimension.Kind.EXECUTION_TYPE
    };

    /** Plain events are counted by their type, apart from what is spent. */
    private void countPlain(MeteredAccount account, ReceivedEvent event) {
        Text type = event.type();
        ledger.add(
                account.number(),
                LedgerStore.dimension(Dimension.Kind.EVENT_TYPE, Names.EMPTY),
                ledger.names().number(type.bytes(), type.start(), type.length()),
                Buckets.quarter(event.timeMs()),
                amounts);
    }

    /** Prices an event that waited for its price. */
    private boolean rerate(HeldEvent waiting) {
        ReceivedEvent event;
        MeteredAccount account = accounts.of(waiting.account());
        try {
            event = reader.read(account.name(), waiting.record(), waiting.arrivalMs());
        } catch (Rejection byTheRulesOfToday) {
            // An earlier version has counted it. It stays unpriced: whoever ended by it would do so again at each
            // start.
            counts.abandoned.increment();
            return true;
        }
        if (retention.isPast(event.timeMs())) {
            counts.abandoned.increment();
            return true;
        }
        boolean priced;
        try {
            priced = price(account, event);
        } catch (Rejection tooDear) {
            // A price by which the event would cost more than there is: it waits for a better one.
            return false;
        }
        long cost = amounts[Amounts.COST_NANO_USD];
        if (!priced || !account.hasRoomFor(cost, 0)) {
            return false;
        }
        recount(account, event, waiting.tags(ledger.names(), account.tags()), cost);
        rate(account, event, waiting.offset(), Status.RERATED, cost);
        account.addToLifetime(Buckets.quarter(event.timeMs()), cost, 0);
        counts.rerated.increment();
        return true;
    }

    /**
     * An event that was counted without a price has one. Without a price it counts under the names that it came with, be
     * they known or not, so that it is known here where it was counted: from there it moves whole to where its price
     * puts it. Elsewhere it and its tokens are in the rows already.
     *
     * @param tags the numbers of the names of those that it was counted by
     */
    private void recount(MeteredAccount account, ReceivedEvent event, int[] tags, long cost) {
        boolean movesModel = pricing.model() != pricing.spelledModel();
        boolean movesProvider = pricing.provider() != pricing.spelledProvider();
        long nowMs = context.currentSystemTimeMs();
        number(event, tags);
        if (movesModel) {
            values.set(Dimension.Kind.MODEL, NO_VALUE);
        }
        if (movesProvider) {
            values.set(Dimension.Kind.PROVIDER, NO_VALUE);
        }
        fill(event, 0, -1, cost);
        count(account, event, nowMs);
        if (movesModel || movesProvider) {
            values.clear();
            values.set(Dimension.Kind.MODEL, movesModel ? pricing.spelledModel() : NO_VALUE);
            values.set(Dimension.Kind.PROVIDER, movesProvider ? pricing.spelledProvider() : NO_VALUE);
            fill(event, -1, -1, 0);
            count(account, event, nowMs);
            values.set(Dimension.Kind.MODEL, movesModel ? pricing.model() : NO_VALUE);
            values.set(Dimension.Kind.PROVIDER, movesProvider ? pricing.provider() : NO_VALUE);
            fill(event, 1, 0, cost);
            count(account, event, nowMs);
        }
    }

    /** Fills the amounts with so many times the event and its tokens. */
    private void fill(ReceivedEvent event, int times, int unpriced, long cost) {
        amounts[Amounts.EVENTS] = times;
        amounts[Amounts.UNPRICED_EVENTS] = unpriced;
        amounts[Amounts.COST_NANO_USD] = cost;
        for (int i = 0; i < TokenKind.COUNT; i++) {
            amounts[Amounts.TOKENS + i] = times * event.tokens()[i];
        }
    }

    /** @param offset of the event */
    private void rate(MeteredAccount account, ReceivedEvent event, long offset, Status status, long costNanoUsd) {
        if (!writesRated) {
            return;
        }
        RatedBatch rated = account.rated();
        if (rated.isFullFor(event.dataEnd() - event.dataStart())) {
            sendRated(account);
        }
        if (rated.isEmpty()) {
            rated.begin(ratedId(offset, status), account.name(), Instant.ofEpochMilli(context.currentSystemTimeMs()));
            rating.set(account.number());
        }
        if (status == Status.UNPRICED) {
            rated.add(event, status, costNanoUsd, costs, NONE, NONE, NONE);
            return;
        }
        Names names = ledger.names();
        byte[] model = pricing.model() == pricing.spelledModel() ? NONE : names.text(pricing.model());
        byte[] provider = pricing.provider() == pricing.spelledProvider() ? NONE : names.text(pricing.provider());
        rated.add(event, status, costNanoUsd, costs, pricing.priceId(), model, provider);
    }

    /** Unique: the place of the record's first event, which is rated once, and once more if it had to wait for its price. */
    private String ratedId(long offset, Status status) {
        return context.taskId().partition() + "-" + offset + (status == Status.RERATED ? "-rerated" : "");
    }

    private void sendRated(MeteredAccount account) {
        context.forward(cloudEvent(account.name(), account.rated().end()), TO_RATED);
    }

    private void send(BudgetAlert alert) {
        counts.alerts.increment();
        commitSoon();
        context.forward(cloudEvent(alert.account().key(), BudgetAlertCodec.write(alert)), TO_ALERTS);
    }

    private Record<byte[], byte[]> cloudEvent(byte[] key, byte[] event) {
        return new Record<>(key, event, context.currentSystemTimeMs(), StructuredMode.headers());
    }

    /** An alert need not wait for the commit interval, which is there so that many events share a commit. */
    private void commitSoon() {
        long nowMs = context.currentSystemTimeMs();
        if (nowMs - lastArrivalMs <= UP_TO_DATE_MS && nowMs - commitRequestedMs >= ALERT_COMMITS_APART_MS) {
            commitRequestedMs = nowMs;
            context.commit();
        }
    }

    private void reject(Record<byte[], byte[]> record, RecordMetadata from, Rejection rejection) {
        counts.rejected.increment();
        context.forward(RejectedRecord.of(record, from, rejection), TO_REJECTED);
    }

    private void beforeCommit() {
        for (int number = rating.nextSetBit(0); number >= 0; number = rating.nextSetBit(number + 1)) {
            MeteredAccount account = accounts.get(number);
            if (!account.rated().isEmpty()) {
                sendRated(account);
            }
        }
        rating.clear();
        accounts.writeLifetimes();
    }

    private void forgetNumbers() {
        accounts.forget();
        pricing.forgetNumbers();
        values.clear();
        rating.clear();
    }
}
