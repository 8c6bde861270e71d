package com.promptmanage.runner.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The steps that are run together once for each item of their owner, or once for the root.
 *
 * @param owner null for the root
 * @param members those directly in it, in an order in which none depends on a later one
 * @param links those decided in it: between members, into inner blocks and out of them, and from outside
 * @param exports the links from inside to outside
 */
record Block(
        @Nullable String owner,
        List<String> members,
        List<Link> links,
        List<Link> exports,
        Map<String, Integer> memberIndex,
        Map<String, Integer> linkIndex,
        Map<String, Integer> exportIndex) {

    Block(@Nullable String owner, List<String> members, List<Link> links, List<Link> exports) {
        this(
                owner,
                members,
                links,
                exports,
                indexed(members),
                indexed(links.stream().map(Link::id).toList()),
                indexed(exports.stream().map(Link::id).toList()));
    }

    int index(String member) {
        Integer index = memberIndex.get(member);
        if (index == null) {
            throw new IllegalArgumentException("'%s' is not in the block of %s".formatted(member, owner));
        }
        return index;
    }

    private static Map<String, Integer> indexed(List<String> ids) {
        var indexes = new HashMap<String, Integer>();
        for (int i = 0; i < ids.size(); i++) {
            if (indexes.put(ids.get(i), i) != null) {
                throw new IllegalArgumentException("'%s' comes twice".formatted(ids.get(i)));
            }
        }
        return Map.copyOf(indexes);
    }
}
