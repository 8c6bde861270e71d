package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What must hold of a workflow's settings, and of a node's own. */
final class SettingsRules {

    private SettingsRules() {}

    static void check(Checking checking, TextRules texts) {
        Settings settings = checking.settings();
        Place place = Place.ROOT.at("settings");
        if (settings.maxConcurrentNodes() != null) {
            checking.range(place.at("maxConcurrentNodes"), settings.maxConcurrentNodes(), 1, Limits.CONCURRENCY_MAX);
        }
        timeout(checking, place.at("timeout"), settings.timeout());
        retry(checking, place.at("retryPolicy"), settings.retryPolicy());
        if (settings.maxCost() != null && settings.maxCost().compareTo(NanoUsd.ZERO) < 0) {
            checking.error(place.at("maxCostUsd"), "is %s".formatted(settings.maxCost()), "Give 0 or more.");
        }
        delay(checking, place.at("loopDelay"), settings.loopDelay());
        if (settings.continueWhile() != null && !settings.continueWhile().isBlank()) {
            texts.outcome(place.at("continueWhile"), settings.continueWhile());
        }
    }

    static void policy(Checking checking, Place node, NodePolicy policy) {
        if (policy.retryPolicy() != null) {
            retry(checking, node.at("retryPolicy"), policy.retryPolicy());
        }
        timeout(checking, node.at("timeout"), policy.timeout());
    }

    private static void retry(Checking checking, Place place, RetryPolicy policy) {
        if (policy.maxAttempts() != null) {
            checking.range(place.at("maxAttempts"), policy.maxAttempts(), 1, Limits.ATTEMPTS_MAX);
        }
        delay(checking, place.at("initialDelay"), policy.initialDelay());
        delay(checking, place.at("maxDelay"), policy.maxDelay());
        if (policy.initialDelay() != null
                && policy.maxDelay() != null
                && policy.initialDelay().compareTo(policy.maxDelay()) > 0) {
            checking.error(
                    place.at("maxDelay"),
                    "is shorter than initialDelay",
                    "Give at least %,d.".formatted(policy.initialDelay().toMillis()));
        }
    }

    private static void timeout(Checking checking, Place place, @Nullable Duration timeout) {
        if (timeout != null) {
            checking.range(place, timeout.toSeconds(), 1, Limits.TIMEOUT_SECONDS_MAX);
        }
    }

    private static void delay(Checking checking, Place place, @Nullable Duration delay) {
        if (delay == null) {
            return;
        }
        // Of a number that a long cannot hold as milliseconds there is none: it was read as milliseconds.
        checking.range(place, delay.toMillis(), 0, Limits.RETRY_DELAY_MS_MAX);
    }
}
