package com.promptmanage.streams.read;

/**
 * One value's spend in one step of a queried range.
 *
 * @param value of the queried dimension; for the account itself, the account
 * @param startMs when the step begins in the query's zone, ms since the epoch; of {@code WHOLE}, the range's start
 */
public record SpendEntry(String value, long startMs, Spend spend) {}
