package com.promptmanage.ingest.normalize;

import com.promptmanage.topics.usage.TokenCounts;

/**
 * Disjoint counts, and how they were come by.
 *
 * @param convention what the producer was found to mean, which may differ from what its kind usually does
 */
public record NormalizedTokens(TokenCounts counts, UsageShape shape, Convention convention) {}
