package com.promptmanage.runner.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a workflow and what is run how often: the root's steps once, the steps of a {@link Block} once for each item
 * of its owner.
 *
 * <p>A link from inside of a block to outside is decided when the block is over, and active if it was for one item; a link
 * into a block is decided before the block is opened, and the same for all items.
 *
 * <p>Immutable.
 */
public final class StepGraph {

    private final Map<String, Step> steps;

    private final List<Link> links;

    private final Map<String, List<Link>> incoming;

    private final Map<String, List<Link>> outgoing;

    private final Map<String, List<String>> owners;

    private final Block root;

    private final Map<String, Block> blocks = new HashMap<>();

    /**
     * @throws IllegalArgumentException if a link or an owner is not there, or the steps wait for each other in a circle
     */
    public StepGraph(Collection<Step> steps, Collection<Link> links) {
        this.steps = steps.stream()
                .collect(Collectors.toMap(
                        Step::id,
                        step -> step,
                        (one, other) -> {
                            throw new IllegalArgumentException("two steps are called '%s'".formatted(one.id()));
                        },
                        LinkedHashMap::new));
        this.links = List.copyOf(links);
        check();
        this.incoming = this.links.stream().collect(Collectors.groupingBy(Link::to));
        this.outgoing = this.links.stream().collect(Collectors.groupingBy(Link::from));
        this.owners = this.steps.keySet().stream().collect(Collectors.toMap(id -> id, this::found));
        this.root = made(null);
        for (Step step : steps) {
            if (step.hasItems()) {
                blocks.put(step.id(), made(step.id()));
            }
        }
    }

    /** One thing after another. */
    private record Arc(String from, String to) {}

    public Collection<Step> steps() {
        return steps.values();
    }

    public Step step(String id) {
        Step step = steps.get(id);
        if (step == null) {
            throw new IllegalArgumentException("there is no step '%s'".formatted(id));
        }
        return step;
    }

    public List<Link> incoming(String id) {
        return incoming.getOrDefault(id, List.of());
    }

    public List<Link> outgoing(String id) {
        return outgoing.getOrDefault(id, List.of());
    }

    /** The steps for whose items this one is run, the innermost first. */
    public List<String> owners(String id) {
        return owners.getOrDefault(id, List.of());
    }

    /** The places, from 0, that the links from a step to one outside of its block have in the exports of its scopes. */
    public List<Integer> exports(String from, String to) {
        Map<String, Integer> places = blockOf(step(from).owner()).exportIndex();
        return outgoing(from).stream()
                .filter(link -> link.to().equals(to))
                .map(Link::id)
                .filter(places::containsKey)
                .map(id -> Objects.requireNonNull(places.get(id)))
                .toList();
    }

    /** What is run once. */
    Block root() {
        return root;
    }

    /** What is run for each item of this step. */
    Block block(Step owner) {
        return Objects.requireNonNull(blocks.get(owner.id()), owner.id());
    }

    Block blockOf(@Nullable String owner) {
        return owner == null ? root : block(step(owner));
    }

    /** Whether a step is run for each item of the owner, in whatever inner block. Everything is inside of the root. */
    boolean isInside(String id, @Nullable String owner) {
        return owner == null || owners(id).contains(owner);
    }

    private void check() {
        for (Link link : links) {
            for (String end : List.of(link.from(), link.to())) {
                if (!steps.containsKey(end)) {
                    throw new IllegalArgumentException(
                            "link '%s' names '%s', which is not there".formatted(link.id(), end));
                }
            }
        }
        for (Step step : steps.values()) {
            if (step.owner() != null && !step(step.owner()).hasItems()) {
                throw new IllegalArgumentException(
                        "'%s' is to be run for each item of '%s', which has none".formatted(step.id(), step.owner()));
            }
        }
    }

    private List<String> found(String id) {
        var found = new LinkedHashSet<String>();
        for (String owner = step(id).owner(); owner != null; owner = step(owner).owner()) {
            if (owner.equals(id) || !found.add(owner)) {
                throw new IllegalArgumentException("'%s' is run for its own items".formatted(owner));
            }
        }
        return List.copyOf(found);
    }

    /** The step directly in the block that is this one or has it inside. */
    private Optional<String> at(@Nullable String level, String id) {
        for (String step = id; step != null; step = step(step).owner()) {
            if (Objects.equals(step(step).owner(), level)) {
                return Optional.of(step);
            }
        }
        return Optional.empty();
    }

    private Block made(@Nullable String owner) {
        List<String> members = steps.values().stream()
                .filter(step -> Objects.equals(step.owner(), owner))
                .map(Step::id)
                .toList();
        List<Link> inner = links.stream().filter(link -> isLinkOf(owner, link)).toList();
        List<Link> exports = links.stream()
                .filter(link -> isInside(link.from(), owner) && !isInside(link.to(), owner))
                .toList();
        var arcs = new ArrayList<Arc>();
        for (Link link : inner) {
            Optional<String> from = at(owner, link.from());
            Optional<String> to = at(owner, link.to());
            if (from.isPresent() && to.isPresent() && !isEntry(link, to.get())) {
                arcs.add(new Arc(from.get(), to.get()));
            }
        }
        return new Block(owner, ordered(members, arcs), inner, exports);
    }

    /** A link from an owner to what it owns. */
    private boolean isEntry(Link link, String owner) {
        return link.from().equals(owner) && isInside(link.to(), owner);
    }

    /** Whether the link is decided in this block's scopes: it ends inside, and not all of it is inside an inner block. */
    private boolean isLinkOf(@Nullable String owner, Link link) {
        if (!isInside(link.to(), owner)) {
            return false;
        }
        String child = at(owner, link.to()).orElseThrow();
        return child.equals(link.to()) || !isInside(link.from(), child);
    }

    private static List<String> ordered(Collection<String> ids, Collection<Arc> arcs) {
        var waitsFor = new LinkedHashMap<String, Integer>();
        ids.forEach(id -> waitsFor.put(id, 0));
        Map<String, List<String>> next = new HashMap<>();
        for (Arc arc : arcs) {
            waitsFor.merge(arc.to(), 1, Integer::sum);
            next.computeIfAbsent(arc.from(), from -> new ArrayList<>()).add(arc.to());
        }
        var ready = new ArrayDeque<String>();
        waitsFor.forEach((id, count) -> {
            if (count == 0) {
                ready.add(id);
            }
        });
        var ordered = new ArrayList<String>();
        while (!ready.isEmpty()) {
            String id = ready.remove();
            ordered.add(id);
            for (String to : next.getOrDefault(id, List.of())) {
                if (waitsFor.merge(to, -1, Integer::sum) == 0) {
                    ready.add(to);
                }
            }
        }
        if (ordered.size() < waitsFor.size()) {
            Set<String> stuck = new LinkedHashSet<>(waitsFor.keySet());
            ordered.forEach(stuck::remove);
            throw new IllegalArgumentException("%s wait for each other".formatted(stuck));
        }
        return List.copyOf(ordered);
    }
}
