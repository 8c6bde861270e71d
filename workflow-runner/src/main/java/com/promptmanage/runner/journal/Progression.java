package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.journal.Change.NodeTold;
import com.promptmanage.runner.run.Decision;
import com.promptmanage.runner.run.Decision.Effect;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Carries a decision out within a change: stores the scopes, makes the runs that start, ends what ends. */
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

    /** Returns the runs that the taker is given. The change is not saved yet. */
    List<NodeLease> apply(Decision decision) {
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
        List<NodeLease> taken = start();
        promote();
        return taken;
    }

    /** Lets what was held go on, as far as the execution may do at a time. */
    void promote() {
        if (change.heldNodes() == 0 || change.status() != Status.RUNNING) {
            return;
        }
        int room = room();
        if (room > 0) {
            int promoted = change.handle()
                    .createUpdate("""
                            UPDATE node_runs SET status = 'ready'
                            WHERE id IN (SELECT id FROM node_runs WHERE execution_id = :execution AND status = 'held'
                                         ORDER BY id LIMIT :room)
                            """)
                    .bind("execution", change.row().id())
                    .bind("room", room)
                    .execute();
            change.addHeld(-promoted);
            change.addOpen(promoted);
        }
    }

    private int room() {
        int atOnce = change.row().nodesAtOnce(change.pinned().settings().maxConcurrentNodes());
        return Math.max(0, atOnce - change.openNodes());
    }

    private List<NodeLease> start() {
        int room = change.status() == Status.RUNNING ? room() : 0;
        int taking = Math.min(taker.capacity(), room);
        var taken = new ArrayList<NodeLease>();
        for (int i = 0; i < starts.size(); i++) {
            Effect.Start start = starts.get(i);
            if (i < taking) {
                taken.add(insertLeased(start));
            } else {
                insert(start, i < room ? "ready" : "held");
            }
        }
        int opened = Math.min(room, starts.size());
        change.addOpen(opened);
        change.addHeld(starts.size() - opened);
        return taken;
    }

    private NodeLease insertLeased(Effect.Start start) {
        long id = change.handle()
                .createQuery("""
                        INSERT INTO node_runs
                            (execution_id, scope, node_id, status, attempt, due_at, lease_owner, fence, started_at)
                        VALUES (:execution, :scope, :node, 'leased', 1, now() + :leaseMs * interval '1 millisecond',
                            :owner, 1, :now)
                        RETURNING id
                        """)
                .bind("execution", change.row().id())
                .bind("scope", start.scope())
                .bind("node", start.step())
                .bind("leaseMs", taker.lease().toMillis())
                .bind("owner", taker.owner())
                .bind("now", Change.at(change.now()))
                .mapTo(Long.class)
                .one();
        change.tell(NodeTold.of(start.scope(), start.step(), NodeStatus.RUNNING, 1));
        return new NodeLease(id, change.row().id(), start.scope(), start.step(), 1, 0, 1, false);
    }

    private void insert(Effect.Start start, String status) {
        change.handle()
                .createUpdate("""
                        INSERT INTO node_runs (execution_id, scope, node_id, status, due_at)
                        VALUES (:execution, :scope, :node, :status, now())
                        """)
                .bind("execution", change.row().id())
                .bind("scope", start.scope())
                .bind("node", start.step())
                .bind("status", status)
                .execute();
        change.tell(NodeTold.of(start.scope(), start.step(), NodeStatus.QUEUED, 0));
    }

    private void skip() {
        if (skips.isEmpty()) {
            return;
        }
        var batch = change.handle().prepareBatch("""
                INSERT INTO node_runs (execution_id, scope, node_id, status, due_at, completed_at)
                VALUES (:execution, :scope, :node, 'skipped', now(), :now)
                """);
        for (Effect.Skip skip : skips) {
            batch.bind("execution", change.row().id())
                    .bind("scope", skip.scope())
                    .bind("node", skip.step())
                    .bind("now", Change.at(change.now()))
                    .add();
            change.tell(NodeTold.of(skip.scope(), skip.step(), NodeStatus.SKIPPED, 0));
        }
        batch.execute();
        change.addTotals(0, 0, skips.size());
        skips.clear();
    }

    /** A loop's output: for each iteration what its body ended with, of one such node itself, of several by their ids. */
    private void collect(Effect.Collect collect) {
        List<NodeId> ends = change.pinned().nodes().ends(Optional.of(new NodeId(collect.loop())));
        var results = new ArrayList<JsonNode>();
        for (int i = 0; i < collect.iterations(); i++) {
            results.add(JsonNodeFactory.instance.nullNode());
        }
        for (NodeId end : ends) {
            for (Outputs.Found found :
                    Outputs.below(change.handle(), change.row().id(), collect.scope(), end.value())) {
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
