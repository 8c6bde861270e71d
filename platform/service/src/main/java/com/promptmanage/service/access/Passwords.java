package com.promptmanage.service.access;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.ShownText;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Passwords, kept as Argon2id with 19 MiB, 2 passes and 1 lane, the least that OWASP's Password Storage Cheat Sheet
 * advises. The hash carries its parameters, so that these can be raised later.
 *
 * <p>Each computation takes that memory while it keeps a processor busy; so only a few run at once, and who waits too long
 * is asked to come again.
 */
final class Passwords {

    static final int LENGTH_MIN = 8;

    /** More would be a way to keep us busy. */
    static final int LENGTH_MAX = 1024;

    static final int OWASP_MEMORY_KIB = 19 * 1024;

    private static final int PASSES = 2;

    private static final int LANES = 1;

    private static final int OUTPUT_BYTES = 32;

    private static final Duration WAIT_MAX = Duration.ofSeconds(5);

    private final Argon2Function argon2;

    private final Semaphore slots = new Semaphore(4);

    /** Of a password that nobody has: checked when there is no such user, so that this takes as long as when there is. */
    private final String nobodys;

    Passwords(int memoryKib) {
        argon2 = Argon2Function.getInstance(memoryKib, PASSES, LANES, OUTPUT_BYTES, Argon2.ID);
        nobodys = argon2.hash(Secrets.make("")).getResult();
    }

    static boolean isLongEnough(String password) {
        int characters = ShownText.characters(password);
        return characters >= LENGTH_MIN && characters <= LENGTH_MAX;
    }

    String hash(String password) {
        return inTurn(() -> argon2.hash(password).getResult());
    }

    /** Takes the same time whether there is a hash or not. */
    boolean matches(String password, Optional<String> hash) {
        if (ShownText.characters(password) > LENGTH_MAX) {
            return false;
        }
        boolean equal = inTurn(() -> {
            String against = hash.orElse(nobodys);
            return Argon2Function.getInstanceFromHash(against).check(password, against);
        });
        return equal && hash.isPresent();
    }

    private <T> T inTurn(Supplier<T> work) {
        try {
            if (!slots.tryAcquire(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                throw ProblemException.unavailable("Too many are signing in just now.", WAIT_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ProblemException.unavailable("The server is going down.", WAIT_MAX);
        }
        try {
            return work.get();
        } finally {
            slots.release();
        }
    }
}
