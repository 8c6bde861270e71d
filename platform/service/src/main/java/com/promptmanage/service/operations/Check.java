package com.promptmanage.service.operations;

import java.util.Optional;

/** One thing that a service needs to be ready. */
@FunctionalInterface
public interface Check {

    /** What is wrong, in a few words; nothing if all is well. May throw: that is wrong too. */
    Optional<String> problem() throws Exception;

    /** From a plain yes or no. */
    static Check of(java.util.function.BooleanSupplier fine, String otherwise) {
        return () -> fine.getAsBoolean() ? Optional.empty() : Optional.of(otherwise);
    }
}
