package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.journal.Change.Made;
import com.promptmanage.runner.journal.Change.NodeTold;
import com.promptmanage.runner.run.Decision;
import com.promptmanage.runner.run.Decision.Effect;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Carries a decision out within a change: the scopes, the runs that start, what ends. */
final class Progression {

    private final Change change;

    private final Payloads payloads;

    private final Taker taker;

    private final List<Effect.Start> starts = new ArrayList<>();

    private final List<Effect.Skip> skips = new ArrayList<>();

    Progression(Change change, Payloads payloads, Taker taker) {
        this.change = change;
        this.payloads = payloads;
        this.taker = taker;
    }

    /** Returns the runs that the taker is given, when the change is saved. */
    List<Made> apply(Decision decision) {
        change.store(decision.scopes());
        for (Effect effect : decision.effects()) {
            switch (effect) {
                case Effect.Start start -> starts.add(start);
                case Effect.Skip skip -> skips.add(skip);
                case Effect.Collect collect -> collect(collect);
                case Effect.Complete complete -> {
                    skip();
                    change.end(Status.COMPLETED);
                }
                case Effect.Fail fail -> throw new IllegalStateException("a failure is not carried out here");
            }
        }
        skip();
        return start();
    }

    private List<Made> start() {
        int room = change.room();
        int taking = Math.min(taker.capacity(), room);
        var taken = new ArrayList<Made>();
        for (int i = 0; i < starts.size(); i++) {
            Effect.Start start = starts.get(i);
            if (i < taking) {
                taken.add(make(start, "leased"));
                change.tell(NodeTold.of(start.scope(), start.step(), NodeStatus.RUNNING, 1));
            } else {
                make(start, i < room ? "ready" : "held");
                change.tell(NodeTold.of(start.scope(), start.step(), NodeStatus.QUEUED, 0));
            }
        }
        int opened = Math.min(room, starts.size());
        change.addOpen(opened);
        change.addHeld(starts.size() - opened);
        return taken;
    }

    private Made make(Effect.Start start, String status) {
        return change.make(new Made(start.scope(), start.step(), status, taker));
    }

    private void skip() {
        for (Effect.Skip skip : skips) {
            change.make(new Made(skip.scope(), skip.step(), "skipped", taker));
            change.tell(NodeTold.of(skip.scope(), skip.step(), NodeStatus.SKIPPED, 0));
        }
        change.addTotals(0, 0, skips.size());
        skips.clear();
    }

    /** A loop's output: for each iteration what its body ended with, of one such node itself, of several by their ids. */
    private void collect(Effect.Collect collect) {
        // Of those that are collected the last have only just ended.
        ChangeRows.writeDone(change);
        List<NodeId> ends = change.pinned().nodes().ends(Optional.of(new NodeId(collect.loop())));
        var results = new ArrayList<JsonNode>();
        for (int i = 0; i < collect.iterations(); i++) {
            results.add(JsonNodeFactory.instance.nullNode());
        }
        for (NodeId end : ends) {
            for (Outputs.Found found : outputs(collect, end)) {
                int index = found.indexOf(collect.scope(), collect.loop());
                results.set(index, with(results.get(index), ends.size() > 1, end, found));
            }
        }
        ArrayNode output = JsonNodeFactory.instance.arrayNode(results.size());
        output.addAll(results);
        Payloads.Place place = payloads.put(change.handle(), change.row().id(), StoredJson.write(output));
        var done = change.handle()
                .createQuery("""
                        UPDATE node_runs SET status = 'completed', output = :output, payload_id = :payload,
                            completed_at = :now
                        WHERE execution_id = :execution AND scope = :scope AND node_id = :node AND status = 'open'
                        RETURNING attempt, tokens, cost_nano_usd, started_at
                        """)
                .bind("execution", change.row().id())
                .bind("scope", collect.scope())
                .bind("node", collect.loop())
                .bind("output", place.inline())
                .bind("payload", place.payloadId())
                .bind("now", Change.at(change.now()))
                .map((row, ctx) -> EndedRun.read(row))
                .one();
        change.addTotals(1, 0, 0);
        change.tell(done.told(collect.scope(), collect.loop(), NodeStatus.COMPLETED, null, change.now()));
    }

    private List<Outputs.Found> outputs(Effect.Collect collect, NodeId end) {
        String id = change.row().id();
        boolean isDirect =
                change.pinned().graph().owners(end.value()).getFirst().equals(collect.loop());
        return isDirect
                ? Outputs.ofItems(change.handle(), id, collect, end.value())
                : Outputs.below(change.handle(), id, collect.scope(), end.value());
    }

    private static JsonNode with(JsonNode result, boolean byId, NodeId end, Outputs.Found found) {
        if (byId) {
            ObjectNode object = result instanceof ObjectNode known ? known : JsonNodeFactory.instance.objectNode();
            object.set(end.value(), found.output());
            return object;
        }
        if (!found.isDeeper()) {
            return found.output();
        }
        ArrayNode list = result instanceof ArrayNode known ? known : JsonNodeFactory.instance.arrayNode();
        return list.add(found.output());
    }
}
