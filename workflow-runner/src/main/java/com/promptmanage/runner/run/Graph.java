package com.promptmanage.runner.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a workflow and what is run how often: the root's steps once, the steps of a {@link Block} once for each item
 * of its owner.
 *
 * <p>What follows a source runs for each of its items, as far as the next step that gathers; a loop's body is said by the loop.
 * A link from inside of a block to outside is decided when the block is over; a link into a block is decided before the block
 * is opened. A step that can be reached from two sources belongs to the first, and takes what comes of the other together.
 *
 * <p>Immutable.
 */
public final class Graph {

    private final Map<String, Step> steps;

    private final List<Link> links;

    private final Map<String, List<Link>> incoming;

    private final Map<String, List<Link>> outgoing;

    /** The owner of the block that a step is in; not for the root's steps. */
    private final Map<String, String> home;

    private final Map<String, List<String>> owners;

    private final Block root;

    private final Map<String, Block> blocks;

    /**
     * @throws IllegalArgumentException if a link or a loop names a step that is not there, or the steps wait for each other in
     *     a circle
     */
    public Graph(Collection<Step> steps, Collection<Link> links) {
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
        List<String> order = ordered(this.steps.keySet(), this.links.stream()
                .map(link -> new Arc(link.from(), link.to()))
                .toList());
        this.home = new HashMap<>(loopHomes());
        order.stream().filter(id -> step(id).kind() == Step.Kind.SOURCE).forEach(this::spread);
        this.owners = this.steps.keySet().stream().collect(Collectors.toMap(id -> id, this::homes));
        this.blocks = new HashMap<>();
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

    /** What is run once. */
    Block root() {
        return root;
    }

    /** What is run for each item of this step. */
    Block block(Step owner) {
        return blocks.getOrDefault(owner.id(), root);
    }

    Block blockOf(@Nullable String owner) {
        return owner == null ? root : block(step(owner));
    }

    List<Link> outgoing(String id) {
        return outgoing.getOrDefault(id, List.of());
    }

    /** The sources and loops that a step is inside of, the innermost first. */
    public List<String> owners(String id) {
        return owners.getOrDefault(id, List.of());
    }

    /** Every step that comes before this one on some path. */
    public Set<String> before(String id) {
        var before = new LinkedHashSet<String>();
        var open = new ArrayDeque<>(owners(id));
        open.add(id);
        while (!open.isEmpty()) {
            String next = open.remove();
            for (Link link : incoming(next)) {
                if (before.add(link.from())) {
                    open.add(link.from());
                }
            }
            owners(next).stream().filter(before::add).forEach(open::add);
        }
        before.remove(id);
        return before;
    }

    /** Whether a step is run for each item of the owner, in whatever inner block. */
    boolean isInside(String id, @Nullable String owner) {
        return owner == null || owners(id).contains(owner);
    }

    private List<String> homes(String id) {
        var homes = new ArrayList<String>();
        for (String owner = home.get(id); owner != null; owner = home.get(owner)) {
            homes.add(owner);
        }
        return List.copyOf(homes);
    }

    private void check() {
        for (Link link : links) {
            for (String end : List.of(link.from(), link.to())) {
                if (!steps.containsKey(end)) {
                    throw new IllegalArgumentException("link '%s' names '%s', which is not there".formatted(link.id(), end));
                }
            }
        }
        for (Step step : steps.values()) {
            for (String id : step.body()) {
                if (!steps.containsKey(id) || id.equals(step.id())) {
                    throw new IllegalArgumentException(
                            "loop '%s' cannot have '%s' in its body".formatted(step.id(), id));
                }
            }
        }
    }

    /** The innermost loop whose body a step is in. */
    private Map<String, String> loopHomes() {
        var around = new HashMap<String, Set<String>>();
        for (String id : steps.keySet()) {
            var loops = new LinkedHashSet<String>();
            var open = new ArrayDeque<>(List.of(id));
            while (!open.isEmpty()) {
                String inner = open.remove();
                for (Step step : steps.values()) {
                    if (step.body().contains(inner) && loops.add(step.id())) {
                        open.add(step.id());
                    }
                }
            }
            if (loops.contains(id)) {
                throw new IllegalArgumentException("loop '%s' is inside of itself".formatted(id));
            }
            around.put(id, loops);
        }
        var homes = new HashMap<String, String>();
        around.forEach((id, loops) -> loops.stream()
                .max(java.util.Comparator.comparingInt(loop -> size(around, loop)))
                .ifPresent(innermost -> {
                    if (size(around, innermost) != loops.size() - 1) {
                        throw new IllegalArgumentException(
                                "'%s' is in the bodies of %s, which are not inside of each other".formatted(id, loops));
                    }
                    homes.put(id, innermost);
                }));
        return homes;
    }

    private static int size(Map<String, Set<String>> around, String loop) {
        return around.getOrDefault(loop, Set.of()).size();
    }

    /** Moves what follows a source, on the source's own level, into the source's block. */
    private void spread(String source) {
        String level = home.get(source);
        Set<String> after = reachable(source, level, false);
        Set<String> gathered = new HashSet<>();
        after.stream().filter(id -> step(id).gathers() || isForFailureOf(source, id)).forEach(id -> {
            gathered.add(id);
            gathered.addAll(reachable(id, level, false));
        });
        Set<String> inside = reachable(source, level, true);
        inside.removeAll(gathered);
        inside.forEach(id -> home.put(id, source));
    }

    /** What is there for a source that failed is not run for the items that it has if it did not. */
    private boolean isForFailureOf(String source, String id) {
        return incoming(id).stream()
                .anyMatch(link -> link.from().equals(source) && link.when() == Link.When.ERROR);
    }

    /** The steps directly in a block that follow one of them, through inner blocks or not. */
    private Set<String> reachable(String start, @Nullable String level, boolean stopsAtGathers) {
        var found = new LinkedHashSet<String>();
        var open = new ArrayDeque<>(List.of(start));
        while (!open.isEmpty()) {
            String from = open.remove();
            for (Link link : links) {
                String source = at(level, link.from()).orElse(null);
                boolean leaves = from.equals(source) && java.util.Objects.equals(home.get(link.to()), level);
                if (leaves && !(stopsAtGathers && step(link.to()).gathers()) && found.add(link.to())) {
                    open.add(link.to());
                }
            }
        }
        found.remove(start);
        return found;
    }

    /** The step directly in the block that is this one or has it inside. */
    private Optional<String> at(@Nullable String level, String id) {
        for (String step = id; step != null; step = home.get(step)) {
            if (java.util.Objects.equals(home.get(step), level)) {
                return Optional.of(step);
            }
        }
        return Optional.empty();
    }

    private Block made(@Nullable String owner) {
        List<String> members = steps.keySet().stream()
                .filter(id -> java.util.Objects.equals(home.get(id), owner))
                .toList();
        List<Link> inner = links.stream().filter(link -> isLinkOf(owner, link)).toList();
        List<Link> exports = links.stream()
                .filter(link -> isInside(link.from(), owner) && !isInside(link.to(), owner))
                .toList();
        var arcs = new ArrayList<Arc>();
        for (Link link : inner) {
            Optional<String> from = at(owner, link.from());
            Optional<String> to = at(owner, link.to());
            if (from.isPresent() && to.isPresent() && !from.equals(to)) {
                arcs.add(new Arc(from.get(), to.get()));
            }
        }
        return new Block(owner, ordered(members, arcs), inner, exports);
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
            waitsFor.keySet().removeAll(ordered);
            throw new IllegalArgumentException("%s wait for each other".formatted(waitsFor.keySet()));
        }
        return List.copyOf(ordered);
    }
}
