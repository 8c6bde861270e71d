package com.promptmanage.query.litellm;

import com.promptmanage.streams.read.Spend;
import com.promptmanage.topics.account.Account;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of one day used that have all of this in common. The cells of a range add up to the range.
 *
 * @param day in the zone that was asked for; UTC unless one was, as LiteLLM has them
 * @param customer the end user whom the calls named; null if none
 */
record Cell(
        Account account,
        LocalDate day,
        String userId,
        String model,
        @Nullable String provider,
        @Nullable String apiKeyId,
        @Nullable String customer,
        Spend spend) {}
