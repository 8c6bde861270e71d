package com.promptmanage.runner.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.run.Decider.Success;
import com.promptmanage.runner.run.Decision.Effect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One execution in memory: runs what is started in a random order, with random outcomes, and keeps what happened. */
final class Walk {

    /** A step in one scope. */
    record At(String scope, String step) {}

    /** What became of it; null for what was skipped. */
    sealed interface Ended {
        record Well(Success success, Set<String> shut) implements Ended {}

        record Badly() implements Ended {}
    }

    private final StepGraph graph;

    private final SplittableRandom random;

    private final Map<String, ScopeState> scopes = new HashMap<>();

    private final List<At> started = new ArrayList<>();

    final Map<At, Ended> ended = new LinkedHashMap<>();

    final Set<At> skipped = new HashSet<>();

    int completed;

    int failed;

    int collected;

    Walk(StepGraph graph, SplittableRandom random) {
        this.graph = graph;
        this.random = random;
    }

    Map<String, ScopeState> scopes() {
        return scopes;
    }

    Walk run() {
        take(Decider.start(graph));
        while (!started.isEmpty() && failed == 0) {
            step();
        }
        return this;
    }

    private void step() {
        At at = started.remove(random.nextInt(started.size()));
        List<ScopeState> chain = chain(at.scope());
        if (random.nextInt(8) == 0) {
            ended.put(at, new Ended.Badly());
            take(Decider.failed(graph, chain, at.scope(), at.step()));
        } else {
            Success success = success(graph.step(at.step()));
            Set<String> shut = shut(at.step());
            ended.put(at, new Ended.Well(success, shut));
            take(Decider.succeeded(graph, chain, at.scope(), at.step(), success, shut));
        }
    }

    private Set<String> shut(String step) {
        return graph.step(step).kind() == Step.Kind.LOOP
                ? Set.of()
                : graph.outgoing(step).stream()
                        .map(Link::id)
                        .filter(link -> random.nextInt(10) == 0)
                        .collect(Collectors.toSet());
    }

    private Success success(Step step) {
        if (step.hasItems()) {
            return new Success.Items(random.nextInt(4));
        }
        return random.nextBoolean() ? new Success.Plain() : new Success.Branch(random.nextBoolean());
    }

    private List<ScopeState> chain(String path) {
        var chain = new ArrayList<ScopeState>();
        for (@Nullable String at = path; at != null; at = chain.getLast().parent()) {
            ScopeState scope = scopes.get(at);
            assertThat(scope).as(at).isNotNull();
            chain.add(scope);
        }
        return chain;
    }

    private void take(Decision decision) {
        decision.scopes().forEach(scope -> scopes.put(scope.path(), scope));
        for (Effect effect : decision.effects()) {
            switch (effect) {
                case Effect.Start(String scope, String step) -> {
                    var at = new At(scope, step);
                    assertThat(started).as("started once").doesNotContain(at);
                    assertThat(ended).as("started once").doesNotContainKey(at);
                    assertThat(skipped).doesNotContain(at);
                    started.add(at);
                }
                case Effect.Skip(String scope, String step) -> {
                    var at = new At(scope, step);
                    assertThat(skipped.add(at)).as("skipped once: %s", at).isTrue();
                    assertThat(started).doesNotContain(at);
                    assertThat(ended).doesNotContainKey(at);
                }
                case Effect.Collect collect -> collected++;
                case Effect.Complete complete -> completed++;
                case Effect.Fail fail -> failed++;
            }
        }
    }

    boolean isIdle() {
        return started.isEmpty();
    }
}
