package com.promptmanage.service.access;

import com.promptmanage.service.access.HourlyCounts.Count;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Problem;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/**
 * Bounds how many passwords may be wrong within an hour that come from one network, on whichever accounts: a few for
 * each of many accounts lock none of these ({@link SignInLocks}). Those that were right do not count, nor do those that nobody had
 * the time to look at, or that others with the same address were in the way of.
 */
final class SignInLimits {

    private final Database database;

    private final HourlyCounts counts;

    private final Clock clock;

    private final int wrongMax;

    /** @param wrongMax within an hour, from one network */
    SignInLimits(Database database, HourlyCounts counts, Clock clock, int wrongMax) {
        this.database = database;
        this.counts = counts;
        this.clock = clock;
        this.wrongMax = wrongMax;
    }

    /**
     * @param from the address that it comes from
     * @param signIn throws unless they are who they say. Not done if there were too many: so who guesses locks nobody's account
     *     any more
     * @throws ProblemException 429 after too many wrong ones
     */
    Sessions.SignedIn within(String from, Supplier<Sessions.SignedIn> signIn) {
        var count = new Count("wrong passwords from " + HourlyCounts.network(from), wrongMax);
        // Counted before it is known, so that many at once do not slip past.
        database.asSystem(handle -> counts.attempt(handle, List.of(count))).ifPresent(wait -> {
            throw ProblemException.rateLimited(
                    "Too many wrong passwords came from this network. Wait, then try again.", wait);
        });
        Instant countedAt = clock.instant();
        Sessions.SignedIn signedIn;
        try {
            signedIn = signIn.get();
        } catch (UnavailableException e) {
            takeBackAfter(e, count, countedAt);
            throw e;
        } catch (ProblemException e) {
            if (Sessions.isForThoseUnderWay(e) || e.problem().status() == Problem.Kind.UNAVAILABLE.status()) {
                takeBackAfter(e, count, countedAt);
            }
            throw e;
        }
        takeBack(count, countedAt);
        return signedIn;
    }

    private void takeBackAfter(RuntimeException unanswered, Count count, Instant countedAt) {
        try {
            takeBack(count, countedAt);
        } catch (UnavailableException e) {
            unanswered.addSuppressed(e);
        }
    }

    private void takeBack(Count count, Instant countedAt) {
        database.useAsSystem(handle -> counts.takeBack(handle, count, countedAt));
    }
}
