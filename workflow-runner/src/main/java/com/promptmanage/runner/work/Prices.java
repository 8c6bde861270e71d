package com.promptmanage.runner.work;

import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.topics.money.NanoUsd;
import java.util.Optional;

/** What a call has cost at list price, for the running cost of an execution. */
@FunctionalInterface
public interface Prices {

    Optional<NanoUsd> cost(CallUsage usage);
}
