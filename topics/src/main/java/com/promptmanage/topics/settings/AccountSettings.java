package com.promptmanage.topics.settings;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.pricing.ModelPrice;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;

/**
 * What follows an account into the metering.
 *
 * @param zone whose days and months the account's rows are kept in
 * @param tags the names of the tags that spend is seen by
 * @param trustedCostSources the sources whose reported cost wins over the price list; {@code *} is all
 * @param priceOverrides prices that apply to this account before those of the catalogue
 */
public record AccountSettings(
        Account account,
        ZoneId zone,
        List<String> tags,
        Set<String> trustedCostSources,
        List<ModelPrice> priceOverrides) {

    /** Each tag is a row more for each event: more than this are refused. */
    public static final int TAGS_MAX = 8;

    public AccountSettings {
        tags = tags.stream().distinct().toList();
        trustedCostSources = Set.copyOf(trustedCostSources);
        priceOverrides = List.copyOf(priceOverrides);
        if (!tags.stream().allMatch(Account::isId)) {
            throw new IllegalArgumentException("each tag must be 1 to 256 characters");
        }
        if (tags.size() > TAGS_MAX) {
            throw new IllegalArgumentException("at most %d tags, got %d".formatted(TAGS_MAX, tags.size()));
        }
    }

    /** UTC, no tags, no overrides. */
    public static AccountSettings defaults(Account account) {
        return new AccountSettings(account, ZoneOffset.UTC, List.of(), Set.of(), List.of());
    }
}
