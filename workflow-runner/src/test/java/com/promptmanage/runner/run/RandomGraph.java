package com.promptmanage.runner.run;

import com.promptmanage.runner.run.Link.When;
import com.promptmanage.runner.run.Step.OnError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Graphs such as nobody would draw, with branches, joins, sources and loops within each other. The same seed makes the same. */
final class RandomGraph {

    /** Most links are followed whatever the outcome. */
    private static final List<When> WHENS = List.of(
            When.SUCCESS,
            When.SUCCESS,
            When.SUCCESS,
            When.SUCCESS,
            When.SUCCESS,
            When.SUCCESS,
            When.TRUE,
            When.FALSE,
            When.ERROR);

    private RandomGraph() {}

    /** Empty if the numbers made one whose steps wait for each other. */
    static Optional<StepGraph> make(SplittableRandom random) {
        int count = 1 + random.nextInt(12);
        var steps = new ArrayList<Step>();
        for (int i = 0; i < count; i++) {
            steps.add(step(random, i, steps));
        }
        var links = new ArrayList<Link>();
        for (int to = 1; to < count; to++) {
            for (int from = 0; from < to; from++) {
                if (random.nextInt(count) < 3) {
                    When when = WHENS.get(random.nextInt(WHENS.size()));
                    links.add(new Link(from + "-" + to, "n" + from, "n" + to, when));
                }
            }
        }
        try {
            return Optional.of(new StepGraph(steps, links));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Run once, or for each item of an earlier step, as the step before it or not. */
    private static Step step(SplittableRandom random, int number, List<Step> earlier) {
        String id = "n" + number;
        OnError onError = random.nextInt(6) == 0 ? OnError.STOP : OnError.CONTINUE;
        int windowMax = 1 + random.nextInt(3);
        Step step = switch (random.nextInt(8)) {
            case 0, 1 -> Step.source(id, onError, windowMax);
            case 2 -> Step.loop(id, onError, windowMax);
            default -> Step.plain(id, onError);
        };
        if (earlier.isEmpty()) {
            return step;
        }
        Step near = earlier.get(random.nextInt(3) > 0 ? earlier.size() - 1 : random.nextInt(earlier.size()));
        String owner = near.hasItems() && random.nextInt(4) > 0 ? near.id() : near.owner();
        return owner == null || random.nextInt(6) == 0 ? step : step.in(owner);
    }

    static List<StepGraph> several(long seed, int count) {
        var random = new SplittableRandom(seed);
        var graphs = new ArrayList<StepGraph>();
        while (graphs.size() < count) {
            make(random).ifPresent(graphs::add);
        }
        return graphs;
    }
}
