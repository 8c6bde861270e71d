package com.promptmanage.runner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.promptmanage.runner.run.Decider.Success;
import com.promptmanage.runner.run.Decision.Effect;
import com.promptmanage.runner.run.Link.When;
import com.promptmanage.runner.run.Step.OnError;
import com.promptmanage.runner.run.Walk.At;
import com.promptmanage.runner.run.Walk.Ended;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeciderTest {

    private static final int GRAPHS = 1_000;

    @Test
    void whateverIsDrawnEndsOnceWithEveryStepRunOrSkippedExactlyAsItsLinksSay() {
        var random = new SplittableRandom(17);
        int withBlocks = 0;
        int stopped = 0;
        for (StepGraph graph : RandomGraph.several(5, GRAPHS)) {
            Walk walk = new Walk(graph, random.split()).run();
            assertThat(walk.completed + walk.failed).as("ends exactly once").isEqualTo(1);
            if (walk.completed == 1) {
                assertThat(walk.isIdle()).as("nothing runs on after the end").isTrue();
                assertThat(missing(graph, walk)).as("neither run nor skipped").isEmpty();
                assertThat(wronglyDecided(graph, walk)).isEmpty();
            } else {
                stopped++;
            }
            withBlocks += walk.scopes().size() > 1 ? 1 : 0;
        }
        assertThat(withBlocks).as("enough fan-outs and loops among them").isGreaterThan(GRAPHS / 5);
        assertThat(stopped).as("enough that were stopped").isBetween(GRAPHS / 20, GRAPHS / 2);
    }

    /** In every scope, each of its members is over; what lies in a block that was never opened is skipped in its owner's. */
    private static Set<At> missing(StepGraph graph, Walk walk) {
        return walk.scopes().values().stream()
                .flatMap(scope ->
                        graph.blockOf(scope.owner()).members().stream().map(step -> new At(scope.path(), step)))
                .filter(at -> !walk.ended.containsKey(at) && !walk.skipped.contains(at))
                .collect(Collectors.toSet());
    }

    private static List<String> wronglyDecided(StepGraph graph, Walk walk) {
        return walk.scopes().values().stream()
                .flatMap(scope -> graph.blockOf(scope.owner()).members().stream()
                        .filter(step -> shouldRun(graph, walk, scope, step)
                                != walk.ended.containsKey(new At(scope.path(), step)))
                        .map(step -> "%s in '%s'".formatted(step, scope.path())))
                .toList();
    }

    private static boolean shouldRun(StepGraph graph, Walk walk, ScopeState scope, String step) {
        List<Link> incoming = graph.incoming(step);
        return incoming.isEmpty() || incoming.stream().anyMatch(link -> isActive(graph, walk, scope, link));
    }

    /** By what happened alone: for one of the runs of the step it comes from, below the scope that both ends share. */
    private static boolean isActive(StepGraph graph, Walk walk, ScopeState scope, Link link) {
        String shared = shared(graph, walk, scope, link);
        boolean forOne = walk.ended.entrySet().stream()
                .filter(run -> run.getKey().step().equals(link.from()))
                .filter(run -> isBelow(shared, run.getKey().scope()))
                .anyMatch(run -> matches(link, run.getValue()));
        boolean ofNoItems = link.when() == When.SUCCESS
                && graph.owners(link.from()).stream()
                        .filter(owner -> !graph.isInside(link.to(), owner))
                        .anyMatch(owner -> walk.ended.entrySet().stream()
                                .filter(run -> run.getKey().step().equals(owner))
                                .filter(run -> isBelow(shared, run.getKey().scope()))
                                .anyMatch(run ->
                                        run.getValue() instanceof Ended.Well(Success.Items(int count), Set<String> shut)
                                                && count == 0));
        return forOne || ofNoItems;
    }

    private static String shared(StepGraph graph, Walk walk, ScopeState scope, Link link) {
        ScopeState at = scope;
        while (!graph.isInside(link.from(), at.owner())) {
            at = Objects.requireNonNull(walk.scopes().get(Objects.requireNonNull(at.parent())));
        }
        return at.path();
    }

    private static boolean isBelow(String scope, String path) {
        return scope.isEmpty() || path.equals(scope) || path.startsWith(scope + "/");
    }

    private static boolean matches(Link link, @Nullable Ended ended) {
        return switch (ended) {
            case Ended.Badly badly -> link.when() == When.ERROR;
            case Ended.Well well when well.shut().contains(link.id()) -> false;
            case Ended.Well(Success.Branch(boolean holds), Set<String> shut) ->
                link.when() == When.SUCCESS || link.when() == (holds ? When.TRUE : When.FALSE);
            case Ended.Well well -> link.when() == When.SUCCESS;
            case null -> false;
        };
    }

    @Test
    void onlyTheChosenBranchRunsAndTheJoinBehindBothRunsOnce() {
        var graph = new StepGraph(
                List.of(plain("ask"), plain("yes"), plain("no"), plain("join")),
                List.of(
                        new Link("1", "ask", "yes", When.TRUE),
                        new Link("2", "ask", "no", When.FALSE),
                        Link.of("3", "yes", "join"),
                        Link.of("4", "no", "join")));

        Decision begun = Decider.start(graph);
        Decision branched = succeed(graph, begun, "ask", new Success.Branch(true));
        Decision joined = succeed(graph, branched, "yes", new Success.Plain());

        assertThat(branched.effects()).containsExactly(new Effect.Start("", "yes"), new Effect.Skip("", "no"));
        assertThat(joined.effects()).containsExactly(new Effect.Start("", "join"));
        assertThat(succeed(graph, joined, "join", new Success.Plain()).effects())
                .containsExactly(new Effect.Complete());
    }

    @Test
    void whatFollowsASourceRunsForEachItemUpToTheWindowAndTheGatheringStepOnce() {
        var graph = new StepGraph(
                List.of(Step.source("fetch", OnError.STOP, 2), plain("each").in("fetch"), plain("all")),
                List.of(Link.of("1", "fetch", "each"), Link.of("2", "each", "all")));

        Decision listed = succeed(graph, Decider.start(graph), "fetch", new Success.Items(3));

        assertThat(listed.effects())
                .containsExactly(new Effect.Start("fetch[0]", "each"), new Effect.Start("fetch[1]", "each"));
        Map<String, ScopeState> scopes = byPath(listed);
        for (int i : new int[] {1, 0, 2}) {
            String path = "fetch[%d]".formatted(i);
            Decision done = Decider.succeeded(
                    graph,
                    List.of(scope(scopes, path), scope(scopes, "")),
                    path,
                    "each",
                    new Success.Plain(),
                    Set.of());
            scopes.putAll(byPath(done));
            assertThat(done.effects())
                    .isEqualTo(
                            switch (i) {
                                case 1 -> List.of(new Effect.Start("fetch[2]", "each"));
                                case 0 -> List.of();
                                default -> List.of(new Effect.Start("", "all"));
                            });
        }
    }

    @Test
    void aLoopIsOverWhenItsIterationsAreAndThenTellsWhatFollows() {
        var graph = new StepGraph(
                List.of(Step.loop("loop", OnError.STOP, 1), plain("body").in("loop"), plain("after")),
                List.of(Link.of("2", "loop", "after")));

        Decision listed = succeed(graph, Decider.start(graph), "loop", new Success.Items(2));
        Map<String, ScopeState> scopes = byPath(listed);
        Decision first = Decider.succeeded(
                graph,
                List.of(scope(scopes, "loop[0]"), scope(scopes, "")),
                "loop[0]",
                "body",
                new Success.Plain(),
                Set.of());
        scopes.putAll(byPath(first));
        Decision second = Decider.succeeded(
                graph,
                List.of(scope(scopes, "loop[1]"), scope(scopes, "")),
                "loop[1]",
                "body",
                new Success.Plain(),
                Set.of());

        assertThat(listed.effects()).containsExactly(new Effect.Start("loop[0]", "body"));
        assertThat(first.effects()).containsExactly(new Effect.Start("loop[1]", "body"));
        assertThat(second.effects()).containsExactly(new Effect.Collect("", "loop", 2), new Effect.Start("", "after"));
    }

    @Test
    void aFailureGoesToItsErrorLinkIfItHasOneAndElseStopsOrIsStepped() {
        var handled = new StepGraph(
                List.of(plain("try"), plain("rescue"), plain("next")),
                List.of(new Link("1", "try", "rescue", When.ERROR), Link.of("2", "try", "next")));
        var stops = new StepGraph(List.of(plain("try"), plain("next")), List.of(Link.of("1", "try", "next")));
        var goesOn = new StepGraph(
                List.of(Step.plain("try", OnError.CONTINUE), plain("next")), List.of(Link.of("1", "try", "next")));

        assertThat(Decider.failed(handled, Decider.start(handled).scopes(), "", "try")
                        .effects())
                .containsExactly(new Effect.Start("", "rescue"), new Effect.Skip("", "next"));
        assertThat(Decider.failed(stops, Decider.start(stops).scopes(), "", "try")
                        .effects())
                .containsExactly(new Effect.Fail("", "try"));
        assertThat(Decider.failed(goesOn, Decider.start(goesOn).scopes(), "", "try")
                        .effects())
                .containsExactly(new Effect.Skip("", "next"), new Effect.Complete());
    }

    @Test
    void aStepThatIsNotRunningCannotEnd() {
        var graph = new StepGraph(List.of(plain("one"), plain("two")), List.of(Link.of("1", "one", "two")));

        assertThatIllegalStateException()
                .isThrownBy(() -> succeed(graph, Decider.start(graph), "two", new Success.Plain()))
                .withMessageContaining("'two'");
    }

    @Test
    void tenThousandItemsThatAreOverAtOnceDoNotOverflowTheStack() {
        var graph = new StepGraph(
                List.of(
                        Step.source("fetch", OnError.STOP, 5),
                        Step.plain("never", OnError.STOP),
                        plain("dead").in("fetch")),
                List.of(new Link("1", "never", "dead", When.ERROR), new Link("2", "fetch", "dead", When.FALSE)));
        Decision begun = Decider.start(graph);
        Decision first = succeed(graph, begun, "never", new Success.Plain());
        Decision all = succeed(graph, first, "fetch", new Success.Items(10_000));

        assertThat(all.effects()).hasSize(10_001).last().isEqualTo(new Effect.Complete());
    }

    @Test
    void stepsThatWaitForEachOtherAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StepGraph(
                        List.of(plain("one"), plain("two")),
                        List.of(Link.of("1", "one", "two"), Link.of("2", "two", "one"))))
                .withMessageContaining("wait for each other");
    }

    private static Step plain(String id) {
        return Step.plain(id, OnError.STOP);
    }

    private static Decision succeed(StepGraph graph, Decision before, String step, Success success) {
        return Decider.succeeded(graph, before.scopes(), "", step, success, Set.of());
    }

    private static Map<String, ScopeState> byPath(Decision decision) {
        return decision.scopes().stream().collect(Collectors.toMap(ScopeState::path, scope -> scope));
    }

    private static ScopeState scope(Map<String, ScopeState> scopes, String path) {
        return Objects.requireNonNull(scopes.get(path), path);
    }
}
