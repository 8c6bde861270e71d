package com.promptmanage.query.routing;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.streams.read.ExecutionReads;
import com.promptmanage.streams.read.Executions;
import com.promptmanage.streams.read.Executions.Place;
import com.promptmanage.streams.read.Metering;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.function.Consumer;

/** As {@link AccountRouting}, for what an account's workflow executions have come to. */
public final class ExecutionRouting {

    private static final byte[] NO_BODY = {};

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Executions executions;

    private final Forwarding forwarding;

    public ExecutionRouting(Executions executions, Forwarding forwarding) {
        this.executions = executions;
        this.forwarding = forwarding;
    }

    /**
     * Answers, or has the process answer that knows. The caller's rights are checked before.
     *
     * @throws ProblemException 503 if nobody can be asked at the moment
     */
    public void answer(Context ctx, Account account, Consumer<ExecutionReads> answer) {
        switch (executions.owner(account)) {
            case Place.Here(var reads) -> answer.accept(reads);
            case Place.Elsewhere(var host, var port) -> {
                if (Forwarding.wasPassedOn(ctx)
                        || !forwarding.answered(ctx, NO_BODY, new Metering.Place.Elsewhere(host, port))) {
                    throw unavailable("The process that knows the executions of %s does not answer".formatted(account));
                }
            }
            case Place.Moving(var reason) -> throw unavailable(reason);
        }
    }

    private static ProblemException unavailable(String reason) {
        return ProblemException.unavailable(reason + ": ask again.", RETRY_AFTER);
    }
}
