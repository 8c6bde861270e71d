package com.promptmanage.service.access;

import com.promptmanage.service.access.HourlyCounts.Count;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Bounds how many accounts are asked for within an hour, from one network and in all: each costs a hash that is slow on purpose,
 * tells whether an address is taken, and leaves a row for good.
 */
final class SignUpLimits {

    private final AccessSettings.HourlyRates rates;

    private final HourlyCounts counts;

    SignUpLimits(AccessSettings.HourlyRates rates, HourlyCounts counts) {
        this.rates = rates;
        this.counts = counts;
    }

    /**
     * @param address where it comes from
     * @return when to come again, if there were too many. Those that one network has too many of do not count for all
     */
    Optional<Duration> attempt(Handle handle, String address) {
        return counts.attempt(
                handle,
                List.of(
                        new Count("from " + HourlyCounts.network(address), rates.signUpsPerAddress()),
                        new Count("from all of " + HourlyCounts.site(address), rates.signUpsPerSite()),
                        new Count("all", rates.signUps())));
    }
}
