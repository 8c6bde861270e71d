package com.promptmanage.service.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.access.ServiceKey;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Waits;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.service.outbound.Call;
import com.promptmanage.service.outbound.Call.Header;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.service.outbound.Reply;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/token-tracking/check} of the query API. An answer that takes longer than {@link #ANSWER_MAX} is none: then the
 * own setting of the budgets that the call counts toward decides, which is waited for if need be. Safe for use by several threads,
 * each of which waits for its answer.
 */
public final class BudgetClient implements AutoCloseable {

    /** How long a call waits for the budgets, at most, unless the database's waits are others. */
    public static final Duration ANSWER_MAX = Waits.USUAL.budgets();

    private static final int BYTES_MAX = 1 << 20;

    /** A quarter of it to one host. When that many questions are not answered yet, more of them would not be answered sooner. */
    private static final int CONNECTIONS_MAX = 400;

    private static final Duration TOLD_EVERY = Duration.ofSeconds(1);

    private static final int HTTP_UNAUTHORIZED = 401;

    /** Where the query API is, says the operator and no user: it may be anywhere. */
    private static final List<AddressRange> ANYWHERE = List.of(AddressRange.of("0.0.0.0/0"), AddressRange.of("::/0"));

    private static final Logger LOGGER = LoggerFactory.getLogger(BudgetClient.class);

    /** Used if the operator has given none. */
    private final ServiceKey ownKey;

    private final FailModes failModes;

    private final Duration answerMax;

    private final Outbound outbound;

    private final AtomicLong unanswered = new AtomicLong();

    private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - TOLD_EVERY.toNanos());

    /** Null until it is known: then there is nobody to answer. */
    private volatile @Nullable Target target;

    private record Target(URI check, Optional<String> apiKey) {}

    /** What came of a question. */
    public sealed interface Answer {

        /** @param json as the API describes it */
        record Told(JsonNode json) implements Answer {}

        /**
         * @param isClosed whether one of the budgets that the call counts toward blocks in that case, or it cannot be found out whether
         *     one does
         */
        record Untold(boolean isClosed) implements Answer {}
    }

    /** @param ownKey closed with this */
    public BudgetClient(ServiceKey ownKey, Database database, Clock clock) {
        this.ownKey = ownKey;
        this.failModes = new FailModes(database, clock);
        this.answerMax = database.waits().budgets();
        this.outbound = new Outbound(
                new OutboundSettings(ANYWHERE, answerMax, answerMax, BYTES_MAX, BYTES_MAX, CONNECTIONS_MAX));
    }

    /**
     * From now on the budgets are asked there.
     *
     * @param query where the query API is
     * @param apiKey that may speak for every account; without it the process makes one of its own, in the database that both share
     */
    public void askAt(URI query, Optional<String> apiKey) {
        String base = query.toString().replaceFirst("/+$", "");
        target = new Target(URI.create(base + "/api/token-tracking/check"), apiKey);
        if (apiKey.isEmpty()) {
            // So that the first call does not wait for it.
            Thread.ofVirtual().name("key-for-budgets").start(this::makeKey);
        }
    }

    /**
     * Takes {@link #ANSWER_MAX} at most, also while the database stands still; five seconds more if the budgets do not answer and this
     * process knows nothing yet of what the account's want then.
     *
     * @param question as the API describes it, about this account
     */
    public Answer ask(Account account, ObjectNode question) {
        long deadlineNanos = System.nanoTime() + answerMax.toNanos();
        var wanted = failModes.lookUp(account);
        Target there = target;
        if (there == null) {
            return untold(account, question, wanted, deadlineNanos, "nobody to ask yet");
        }
        try {
            String key = key(there, deadlineNanos);
            Reply reply = outbound.send(new Call(
                    "POST",
                    there.check(),
                    List.of(
                            new Header("Content-Type", "application/json"),
                            new Header("Authorization", "Bearer " + key)),
                    Json.bytes(question),
                    0,
                    Optional.of(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()))),
                    Optional.empty(),
                    Optional.empty()));
            if (reply.status() == HTTP_UNAUTHORIZED) {
                ownKey.refused();
            }
            if (reply.status() != 200) {
                return untold(account, question, wanted, deadlineNanos, "status " + reply.status());
            }
            JsonNode answer = Json.mapper().readTree(reply.body());
            if (!answer.path("allowed").isBoolean()) {
                // Of something in between, perhaps: taken for a no it would stop the caller until a person comes.
                return untold(account, question, wanted, deadlineNanos, "an answer that does not say what is allowed");
            }
            if (answer.path("failClosed").isArray()) {
                failModes.remember(account, ClosedBudgets.of(answer.path("failClosed")));
            }
            return new Answer.Told(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return untold(account, question, wanted, deadlineNanos, "interrupted");
        } catch (ExecutionException | TimeoutException | IOException e) {
            return untold(account, question, wanted, deadlineNanos, e.toString());
        }
    }

    @Override
    public void close() {
        outbound.close();
        ownKey.close();
    }

    private void makeKey() {
        try {
            ownKey.secret();
        } catch (UnavailableException e) {
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("there is no key for asking the budgets yet");
        }
    }

    /** To make one takes a database that answers, which may take longer than one may wait here. */
    private String key(Target there, long deadlineNanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        Optional<String> known = there.apiKey().or(ownKey::atHand);
        return known.isPresent()
                ? known.get()
                : CompletableFuture.supplyAsync(ownKey::secret, Thread::startVirtualThread)
                        .get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private Answer untold(
            Account account,
            ObjectNode question,
            CompletableFuture<ClosedBudgets> wanted,
            long deadlineNanos,
            String cause) {
        boolean isClosed = failModes.isClosed(account, wanted, question, deadlineNanos);
        long count = unanswered.incrementAndGet();
        long now = System.nanoTime();
        long last = toldNanos.get();
        // Who does not answer one call does not answer the hundreds after it, and to write each down would only add to
        // it.
        if (now - last >= TOLD_EVERY.toNanos() && toldNanos.compareAndSet(last, now)) {
            LOGGER.atWarn()
                    .addKeyValue("account", account.value())
                    .addKeyValue("cause", cause)
                    .addKeyValue("letThrough", !isClosed)
                    .addKeyValue("unansweredSinceStart", count)
                    .log("the budgets do not answer");
        }
        return new Answer.Untold(isClosed);
    }
}
