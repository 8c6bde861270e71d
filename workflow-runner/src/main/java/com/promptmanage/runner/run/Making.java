package com.promptmanage.runner.run;

import com.promptmanage.runner.run.Decider.Success;
import com.promptmanage.runner.run.Decision.Effect;
import com.promptmanage.runner.run.Link.When;
import com.promptmanage.runner.run.ScopeState.Progress;
import com.promptmanage.runner.run.ScopeState.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A decision in the making: the scopes as they become, and what follows so far. For one thread, once. */
final class Making {

    private final StepGraph graph;

    private final Map<String, Scope> scopes = new LinkedHashMap<>();

    /** Scopes in which a link was decided or an owner's items became known. */
    private final ArrayDeque<Scope> unsettled = new ArrayDeque<>();

    private final List<Effect> effects = new ArrayList<>();

    Making(StepGraph graph, Collection<ScopeState> states) {
        this.graph = graph;
        for (ScopeState state : states) {
            scopes.put(state.path(), new Scope(state, graph.blockOf(state.owner())));
        }
    }

    Scope scope(String path) {
        Scope scope = scopes.get(path);
        if (scope == null) {
            throw new IllegalStateException("scope '%s' is needed and was not given".formatted(path));
        }
        return scope;
    }

    Decision decision() {
        settleAll();
        return new Decision(
                scopes.values().stream()
                        .filter(Scope::isChanged)
                        .map(Scope::state)
                        .toList(),
                effects);
    }

    void openRoot() {
        enter(new Scope(ScopeState.ROOT, null, null, 0, graph.root()));
    }

    /** @param shut links whose own condition does not hold */
    void succeed(Scope scope, Step step, Success success, Set<String> shut) {
        requireStarted(scope, step);
        switch (success) {
            case Success.Plain plain -> {
                scope.put(step.id(), Stage.DONE);
                decideAfter(scope, step, When.SUCCESS, shut);
            }
            case Success.Branch branch -> {
                scope.put(step.id(), Stage.DONE);
                decideAfter(scope, step, branch.holds() ? When.TRUE : When.FALSE, shut);
            }
            case Success.Items items -> {
                if (!step.hasItems()) {
                    throw new IllegalArgumentException("'%s' has no items to repeat for".formatted(step.id()));
                }
                scope.put(step.id(), Stage.LISTED);
                scope.put(
                        step.id(),
                        new Progress(
                                items.count(),
                                0,
                                0,
                                "?".repeat(graph.block(step).exports().size())));
                for (Link link : graph.outgoing(step.id())) {
                    // A loop's own links are decided when it is over; those into the block open it.
                    if (step.kind() == Step.Kind.SOURCE || graph.isInside(link.to(), step.id())) {
                        decide(scope, link, isActive(link, When.SUCCESS) && !shut.contains(link.id()));
                    }
                }
            }
        }
        unsettled.add(scope);
    }

    void fail(Scope scope, Step step) {
        requireStarted(scope, step);
        scope.put(step.id(), Stage.FAILED);
        decideAfter(scope, step, When.ERROR, Set.of());
        unopened(scope, step);
        unsettled.add(scope);
    }

    private static void requireStarted(Scope scope, Step step) {
        if (scope.stage(step.id()) != Stage.STARTED) {
            throw new IllegalStateException("'%s' in scope '%s' is not running but %s"
                    .formatted(step.id(), scope.path(), scope.stage(step.id())));
        }
    }

    private void enter(Scope scope) {
        scopes.put(scope.path(), scope);
        unsettled.add(scope);
    }

    /** Not by recursion: ten thousand items may be over as soon as they are opened. */
    private void settleAll() {
        while (!unsettled.isEmpty()) {
            settle(unsettled.remove());
        }
    }

    private void settle(Scope scope) {
        for (String id : scope.block().members()) {
            Step step = graph.step(id);
            switch (scope.stage(id)) {
                case WAITING -> startOrSkip(scope, step);
                case LISTED -> openBlock(scope, step);
                default -> {}
            }
        }
        if (scope.isOver()) {
            leave(scope);
        }
    }

    private void startOrSkip(Scope scope, Step step) {
        List<Link> incoming = graph.incoming(step.id());
        if (incoming.stream().anyMatch(link -> scope.link(link.id()) == '?')) {
            return;
        }
        if (incoming.isEmpty() || incoming.stream().anyMatch(link -> scope.link(link.id()) == 'A')) {
            scope.put(step.id(), Stage.STARTED);
            effects.add(new Effect.Start(scope.path(), step.id()));
        } else {
            scope.put(step.id(), Stage.SKIPPED);
            effects.add(new Effect.Skip(scope.path(), step.id()));
            graph.outgoing(step.id()).forEach(link -> decide(scope, link, false));
            unopened(scope, step);
        }
    }

    /** The owner failed or was skipped: so is everything that would have been run for its items. */
    private void unopened(Scope scope, Step owner) {
        if (owner.hasItems()) {
            skipInside(scope, owner.id());
            graph.block(owner).exports().forEach(link -> decide(scope, link, false));
        }
    }

    private void skipInside(Scope scope, String owner) {
        for (Step step : graph.steps()) {
            if (graph.isInside(step.id(), owner)) {
                effects.add(new Effect.Skip(scope.path(), step.id()));
            }
        }
    }

    private void openBlock(Scope scope, Step owner) {
        Block block = graph.block(owner);
        boolean undecided = scope.block().links().stream()
                .anyMatch(link -> scope.link(link.id()) == '?' && graph.isInside(link.to(), owner.id()));
        if (undecided) {
            return;
        }
        scope.put(owner.id(), Stage.OPEN);
        Progress progress = scope.progress(owner.id());
        if (progress.total() == 0) {
            skipInside(scope, owner.id());
            // There was nothing to do, which is not the same as that nothing may be done: who gathers gets an empty
            // list.
            String exports = block.exports().stream()
                    .map(link -> link.when() == When.SUCCESS ? "A" : "D")
                    .collect(Collectors.joining());
            scope.put(owner.id(), new Progress(0, 0, 0, exports));
            closeBlock(scope, owner);
        } else {
            int first = Math.min(owner.windowMax(), progress.total());
            for (int i = 0; i < first; i++) {
                openItem(scope, owner, i);
            }
        }
    }

    private void openItem(Scope parent, Step owner, int index) {
        Progress progress = parent.progress(owner.id());
        parent.put(owner.id(), new Progress(progress.total(), index + 1, progress.done(), progress.exports()));
        String path = "%s%s%s[%d]".formatted(parent.path(), parent.path().isEmpty() ? "" : "/", owner.id(), index);
        var scope = new Scope(path, parent.path(), owner.id(), index, graph.block(owner));
        for (Link link : scope.block().links()) {
            if (!graph.isInside(link.from(), owner.id())) {
                scope.putLink(link.id(), parent.link(link.id()));
            }
        }
        enter(scope);
    }

    /** Everything in the scope is over. */
    private void leave(Scope scope) {
        if (scope.isLeft()) {
            return;
        }
        scope.setLeft();
        String owner = scope.owner();
        if (owner == null) {
            effects.add(new Effect.Complete());
            return;
        }
        Scope parent = scope(scope.parent());
        Step step = graph.step(owner);
        Progress before = parent.progress(owner);
        var progress = new Progress(
                before.total(), before.opened(), before.done() + 1, merged(before.exports(), scope.exports()));
        parent.put(owner, progress);
        if (progress.done() == progress.total()) {
            closeBlock(parent, step);
            unsettled.add(parent);
        } else if (progress.opened() < progress.total()) {
            openItem(parent, step, progress.opened());
        }
    }

    private void closeBlock(Scope scope, Step owner) {
        Block block = graph.block(owner);
        Progress progress = scope.progress(owner.id());
        scope.put(owner.id(), Stage.DONE);
        scope.removeProgress(owner.id());
        if (owner.kind() == Step.Kind.LOOP) {
            effects.add(new Effect.Collect(scope.path(), owner.id(), progress.total()));
            graph.outgoing(owner.id()).stream()
                    .filter(link -> !graph.isInside(link.to(), owner.id()))
                    .forEach(link -> decide(scope, link, isActive(link, When.SUCCESS)));
        }
        List<Link> exports = block.exports();
        for (int i = 0; i < exports.size(); i++) {
            decide(scope, exports.get(i), progress.exports().charAt(i) == 'A');
        }
        // What follows may come earlier in the order than the pass that closed the block has got to.
        unsettled.add(scope);
    }

    private void decideAfter(Scope scope, Step step, When outcome, Set<String> shut) {
        for (Link link : graph.outgoing(step.id())) {
            decide(scope, link, isActive(link, outcome) && !shut.contains(link.id()));
        }
    }

    private static boolean isActive(Link link, When outcome) {
        return switch (link.when()) {
            case SUCCESS -> outcome != When.ERROR;
            case TRUE, FALSE, ERROR -> link.when() == outcome;
        };
    }

    private static void decide(Scope scope, Link link, boolean active) {
        if (scope.block().linkIndex().containsKey(link.id())) {
            scope.putLink(link.id(), active ? 'A' : 'D');
        } else {
            scope.export(link.id(), active);
        }
    }

    private static String merged(String some, String more) {
        var merged = new StringBuilder(some);
        for (int i = 0; i < merged.length(); i++) {
            if (merged.charAt(i) != 'A' && more.charAt(i) != '?') {
                merged.setCharAt(i, more.charAt(i));
            }
        }
        return merged.toString();
    }
}
