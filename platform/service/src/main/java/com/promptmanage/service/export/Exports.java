package com.promptmanage.service.export;

import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RawAnswer;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The exports of one kind at this process. They share the database with everyone else and last as long as their readers like, so no
 * more of them run than may; and none that cannot be finished ends as if it were whole. Safe for use by several threads.
 */
public final class Exports {

    /** How many run at a time. */
    public static final int RUNNING_MAX = 4;

    /** Of one account. */
    public static final int RUNNING_OF_ONE_MAX = 2;

    private static final Logger LOGGER = LoggerFactory.getLogger(Exports.class);

    /** With it, a request asks only whether there would be a file. */
    private static final String CHECK = "check";

    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private static final int BUFFER_BYTES = 64 << 10;

    private final ExportSlots slots = new ExportSlots(RUNNING_MAX, RUNNING_OF_ONE_MAX);

    /** What a file holds. */
    public interface Content {

        /** @return false if whose it is may not have it any more: what is written so far is broken off then */
        boolean writeTo(OutputStream output) throws IOException;
    }

    /**
     * Whether a request asks only if there would be a file, by {@code check=true}: a browser that is to save one shows nobody why there
     * is none.
     */
    public static boolean isCheck(Context ctx, Faults faults) {
        @Nullable String check = ctx.queryParam(CHECK);
        if (check != null && !check.equals("true") && !check.equals("false")) {
            faults.add(CHECK, "is neither true nor false", "Send true to be told whether there would be a file.");
        }
        return "true".equals(check);
    }

    /**
     * Ends an answer to {@link #isCheck}, with 204: everything else was looked at by then.
     *
     * @throws ProblemException 429 if no other export of the account may run now
     */
    public void answerCheck(Context ctx, Account account) {
        refuse(slots.admission(account), account);
        ctx.status(204);
    }

    /**
     * Answers with a file. If its reader goes away, or the rest cannot be read for now, that is no error of ours.
     *
     * @param beginning what is done before anything is written, so that what goes wrong with it is answered as a problem: reads the
     *     first part, logs who has the file, and sets the headers
     * @throws ProblemException 429 if no other export of the account may run now
     */
    public void answer(Context ctx, Account account, Supplier<Content> beginning) {
        refuse(slots.enter(account), account);
        try {
            write(ctx, beginning.get());
        } finally {
            slots.leave(account);
        }
    }

    private static void write(Context ctx, Content content) {
        try {
            var output = new BufferedOutputStream(ctx.res().getOutputStream(), BUFFER_BYTES);
            if (content.writeTo(output)) {
                output.flush();
            } else {
                LOGGER.atInfo().log("an export is broken off: whose it was may not have it any more");
                RawAnswer.breakOff(ctx);
            }
        } catch (UnavailableException e) {
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("an export is broken off");
            // The answer has begun, and must not end as if it were whole.
            RawAnswer.breakOff(ctx);
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("cause", e.toString()).log("the reader of an export went away");
        }
    }

    private static void refuse(ExportSlots.Admission admission, Account account) {
        switch (admission) {
            case ADMITTED -> {}
            case FULL ->
                throw ProblemException.rateLimited(
                        "%d exports are running, which is as many as may".formatted(RUNNING_MAX), RETRY_AFTER);
            case HAS_ENOUGH ->
                throw ProblemException.rateLimited(
                        "%d exports of %s are running, which is as many as may of one account: wait for one to end"
                                .formatted(RUNNING_OF_ONE_MAX, account),
                        RETRY_AFTER);
        }
    }
}
