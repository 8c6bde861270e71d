package com.promptmanage.testkit;

import java.time.Clock;
import java.time.YearMonth;

/** For tests that ask what the present month of UTC comes to, of a system whose clock they cannot set. */
public final class PresentMonth {

    private PresentMonth() {}

    /** Runs a test, and all of it once more if it fails and a month began meanwhile. It must not find what it left the first time. */
    public static void run(Await.Expectation test) throws Exception {
        run(Clock.systemUTC(), test);
    }

    static void run(Clock clock, Await.Expectation test) throws Exception {
        YearMonth before = YearMonth.now(clock);
        try {
            test.check();
        } catch (AssertionError e) {
            if (YearMonth.now(clock).equals(before)) {
                throw e;
            }
            test.check();
        }
    }
}
