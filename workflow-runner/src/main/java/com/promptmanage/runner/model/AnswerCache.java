package com.promptmanage.runner.model;

import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.Optional;

/** Answers to prompts that an account has paid for already, to be given again to the very same prompt. */
public interface AnswerCache {

    /** Keeps nothing. */
    AnswerCache NONE = new AnswerCache() {
        @Override
        public Optional<Kept> find(Account account, String fingerprint, Duration maxAge) {
            return Optional.empty();
        }

        @Override
        public void keep(Account account, String fingerprint, Kept answer, Duration ttl) {
            // Nothing is kept.
        }
    };

    /** @param usage of the call that brought it: what is saved by giving it again */
    record Kept(ModelAnswer answer, CallUsage usage) {}

    /** @param maxAge how old an answer may be */
    Optional<Kept> find(Account account, String fingerprint, Duration maxAge);

    /** Replaces an older one. Not to keep it is no failure of the call that brought it. */
    void keep(Account account, String fingerprint, Kept answer, Duration ttl);
}
