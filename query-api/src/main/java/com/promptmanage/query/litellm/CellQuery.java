package com.promptmanage.query.litellm;

import com.promptmanage.topics.account.Account;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Which calls are meant. Each of the last three null for any.
 *
 * @param account whose usage the caller was found to be allowed to see
 * @param first of the days, UTC
 * @param last of the days, included
 */
record CellQuery(
        Account account,
        LocalDate first,
        LocalDate last,
        @Nullable String userId,
        @Nullable String model,
        @Nullable String apiKeyId) {}
