package com.promptmanage.query.routing;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Answers what is asked about an account from the state that holds it: here, or by the process that owns it.
 *
 * <pre>
 * owner here       wait for the receipt, if any ── answer
 * owner elsewhere  pass the request on, once ───── its answer
 * owner moving     503, come again; with stale=allow a standby copy answers and says how far it is behind
 * </pre>
 */
public final class AccountRouting {

    /** How many records the copy that answered was behind the owner's. */
    public static final String LAG_HEADER = "Prompt-Manage-Lag";

    private static final String STALE = "stale";

    private static final String ALLOW = "allow";

    private static final byte[] NO_BODY = {};

    /** Partitions move within seconds. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Metering metering;

    private final Forwarding forwarding;

    private final ReadYourWrites readYourWrites;

    public AccountRouting(Metering metering, Forwarding forwarding, ReadYourWrites readYourWrites) {
        this.metering = metering;
        this.forwarding = forwarding;
        this.readYourWrites = readYourWrites;
    }

    /** What a handler does once it has the state to answer from. */
    public interface Answer {
        void from(AccountReads reads);
    }

    /** For requests without a body. */
    public void answer(Context ctx, Account account, Answer answer) {
        answer(ctx, account, NO_BODY, answer);
    }

    /**
     * Answers, or has someone else answer. The caller's rights are checked before.
     *
     * @param body the request's, which the handler has read already
     * @throws ProblemException 503 if the account's state cannot be asked at the moment
     */
    public void answer(Context ctx, Account account, byte[] body, Answer answer) {
        switch (metering.owner(account)) {
            case Place.Here(var reads) -> {
                if (readYourWrites.isIncluded(ctx, metering.partitionOf(account), committed(reads))) {
                    answer.from(reads);
                }
            }
            case Place.Elsewhere owner -> {
                if (Forwarding.wasPassedOn(ctx) || !forwarding.answered(ctx, body, owner)) {
                    answerStale(ctx, account, answer, "The process that holds %s does not answer".formatted(account));
                }
            }
            case Place.Moving(var reason) -> answerStale(ctx, account, answer, reason);
        }
    }

    /** The account's state, if this process holds it: for answers that are better with it and good without. */
    public Optional<AccountReads> here(Account account) {
        return metering.owner(account) instanceof Place.Here(var reads) ? Optional.of(reads) : Optional.empty();
    }

    /** What an answer from the account's state includes at least, if it is read after this. */
    public Receipt included(Account account, AccountReads reads) {
        return new Receipt(Map.of(metering.partitionOf(account), reads.committedOffset()));
    }

    private void answerStale(Context ctx, Account account, Answer answer, String reason) {
        if (ALLOW.equals(ctx.queryParam(STALE)) && metering.ownerOrStandby(account) instanceof Place.Here(var copy)) {
            ctx.header(LAG_HEADER, Long.toString(copy.lagRecords()));
            if (readYourWrites.isIncluded(ctx, metering.partitionOf(account), standing(copy))) {
                answer.from(copy);
            }
            return;
        }
        throw ProblemException.unavailable(
                reason + ": ask again, or send stale=allow to be answered from a copy if there is one.", RETRY_AFTER);
    }

    private ReadYourWrites.State committed(AccountReads reads) {
        return new ReadYourWrites.State() {
            @Override
            public long position(int partition) {
                return reads.committedOffset();
            }

            @Override
            public boolean await(int partition, long offset, Duration timeout) throws InterruptedException {
                return metering.awaitCommitted(partition, offset, timeout);
            }
        };
    }

    /** A copy is not told of commits as they happen, so there is nothing to wait for: it is far enough, or it is not. */
    private static ReadYourWrites.State standing(AccountReads copy) {
        return new ReadYourWrites.State() {
            @Override
            public long position(int partition) {
                return copy.committedOffset();
            }

            @Override
            public boolean await(int partition, long offset, Duration timeout) {
                return copy.committedOffset() >= offset;
            }
        };
    }
}
