package com.promptmanage.query.team;

import com.promptmanage.service.tier.Tier;
import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A team as it is kept.
 *
 * @param timezone an IANA name: whose days and months the team's spend is kept in
 * @param tags the names of the tags that spend is seen by
 * @param trustedCostSources the sources whose reported cost wins over the price list
 * @param members how many there are
 */
record Team(
        String id,
        String name,
        String slug,
        String description,
        String timezone,
        List<String> tags,
        List<String> trustedCostSources,
        Tier tier,
        long members,
        Instant createdAt,
        Instant updatedAt) {

    Account account() {
        return Account.team(id);
    }

    /** What people set, as the audit log tells it. */
    Map<String, Object> told() {
        var values = new LinkedHashMap<String, Object>();
        values.put("name", name);
        values.put("slug", slug);
        values.put("description", description);
        values.put("timezone", timezone);
        values.put("tags", tags);
        values.put("trustedCostSources", trustedCostSources);
        return values;
    }

    /** As it will be. */
    Team with(TeamForm form) {
        return new Team(
                id,
                form.name().orElse(name),
                form.slug().orElse(slug),
                form.description().orElse(description),
                form.timezone().orElse(timezone),
                form.tags().orElse(tags),
                form.trustedCostSources().orElse(trustedCostSources),
                tier,
                members,
                createdAt,
                updatedAt);
    }
}
