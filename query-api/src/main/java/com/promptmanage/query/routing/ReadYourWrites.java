package com.promptmanage.query.routing;

import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.usage.Receipt;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A query may carry the receipt of what its sender has just sent ({@code after=} or the header
 * {@code Prompt-Manage-After}). It is answered from state that includes it, or, if that takes too long, with 202 and how
 * far the state has got.
 */
public final class ReadYourWrites {

    public static final String HEADER = "Prompt-Manage-After";

    public static final String PARAMETER = "after";

    private final Duration waitMax;

    public ReadYourWrites(Duration waitMax) {
        this.waitMax = waitMax;
    }

    /** How far a state that is made from {@code usage.events} has got. */
    public interface State {

        /** The offset up to which, inclusive, a partition is included; −1 for none. */
        long position(int partition);

        /** Waits until a partition is included up to an offset; false when the time is up. */
        boolean await(int partition, long offset, Duration timeout) throws InterruptedException;
    }

    private record Behind(long position, long waitingFor) {}

    /**
     * Waits, if the query asks for it, until the state includes what it has to.
     *
     * @return false if it does not yet: the query is then answered already
     * @throws ProblemException 400 if what came is no receipt
     */
    public boolean isIncluded(Context ctx, int partition, State state) {
        Long offset =
                receipt(ctx).map(receipt -> receipt.offsets().get(partition)).orElse(null);
        if (offset == null || await(partition, offset, state)) {
            return true;
        }
        ctx.status(202)
                .header("Retry-After", "1")
                .contentType("application/json")
                .result(Json.bytes(new Behind(state.position(partition), offset)));
        return false;
    }

    private boolean await(int partition, long offset, State state) {
        try {
            return state.await(partition, offset, waitMax);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ProblemException.unavailable("This process is stopping: ask again.", Duration.ofSeconds(1));
        }
    }

    private static Optional<Receipt> receipt(Context ctx) {
        @Nullable String parameter = ctx.queryParam(PARAMETER);
        @Nullable String text = parameter == null ? ctx.header(HEADER) : parameter;
        if (text == null) {
            return Optional.empty();
        }
        Optional<Receipt> receipt = Receipt.decode(text);
        if (receipt.isEmpty()) {
            throw ProblemException.invalid(
                    parameter == null ? HEADER : PARAMETER,
                    "is not a receipt",
                    "Send what came back when the usage was accepted, unchanged, or nothing.");
        }
        return receipt;
    }
}
