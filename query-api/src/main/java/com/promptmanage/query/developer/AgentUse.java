package com.promptmanage.query.developer;

/**
 * What some calls of coding agents used and cost.
 *
 * @param userId whose they were; empty for everyone's
 * @param sessions how many conversations they were part of
 * @param unpriced how many have no price yet; they cost nothing here
 * @param costNanoUsd what the account is charged for them
 * @param reported how many came with a cost of the agent's own
 * @param reportedNanoUsd what the agents say that those cost
 * @param compared how many of those have a price, too
 * @param reportedOfComparedNanoUsd what the agents say that these cost
 * @param costOfReportedNanoUsd what the account is charged for these: to be held against what was reported for them
 */
record AgentUse(
        String userId,
        String model,
        String agent,
        long developers,
        long sessions,
        long runs,
        long unpriced,
        long tokens,
        long costNanoUsd,
        long reported,
        long reportedNanoUsd,
        long compared,
        long reportedOfComparedNanoUsd,
        long costOfReportedNanoUsd) {}
