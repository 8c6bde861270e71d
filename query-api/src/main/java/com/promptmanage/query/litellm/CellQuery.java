package com.promptmanage.query.litellm;

import com.promptmanage.topics.account.Account;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Which calls are meant. Each of the last four null for any.
 *
 * @param account whose usage the caller was found to be allowed to see
 * @param first of the days
 * @param last of the days, included
 * @param zone in which they are days
 * @param endUser whom the calls named as the end user
 */
record CellQuery(
        Account account,
        LocalDate first,
        LocalDate last,
        ZoneOffset zone,
        @Nullable String userId,
        @Nullable String model,
        @Nullable String apiKeyId,
        @Nullable String endUser) {}
