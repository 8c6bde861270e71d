package com.promptmanage.query.usage;

import com.promptmanage.query.usage.StatsQuery.Part;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads which parts of an account are meant. The parameters are called as those that filter the history. */
final class PartParameters {

    private static final Map<String, Dimension> NAMES = names();

    private static final String TAG = "tag";

    private PartParameters() {}

    /** @param member whom the query names, whose part it then is */
    static List<Part> read(Context ctx, Optional<String> member, Faults faults) {
        var parts = new ArrayList<Part>();
        member.ifPresent(userId -> parts.add(new Part(Dimension.MEMBER, userId)));
        NAMES.forEach((name, dimension) -> {
            @Nullable String value = ctx.queryParam(name);
            if (value != null) {
                parts.add(part(name, dimension, value, faults));
            }
        });
        @Nullable String tag = ctx.queryParam(TAG);
        if (tag != null) {
            tag(tag, faults).ifPresent(parts::add);
        }
        return parts;
    }

    private static Part part(String name, Dimension dimension, String value, Faults faults) {
        if (!Account.isId(value)) {
            faults.add(name, "is not an id", "Send 1 to 256 characters.");
        }
        return new Part(dimension, value);
    }

    private static Optional<Part> tag(String tag, Faults faults) {
        List<String> pair = List.of(tag.split(":", 2));
        if (pair.size() == 2 && Account.isId(pair.get(0)) && !pair.get(1).isEmpty()) {
            return Optional.of(new Part(Dimension.ofTag(pair.get(0)), pair.get(1)));
        }
        faults.add(TAG, "is not a tag with a value", "Send one such as env:prod.");
        return Optional.empty();
    }

    private static Map<String, Dimension> names() {
        var names = new LinkedHashMap<String, Dimension>();
        names.put("model", Dimension.MODEL);
        names.put("provider", Dimension.PROVIDER);
        names.put("promptId", Dimension.PROMPT);
        names.put("workflowId", Dimension.WORKFLOW);
        names.put("executionType", Dimension.EXECUTION_TYPE);
        names.put("apiKeyId", Dimension.API_KEY);
        return names;
    }
}
