package com.promptmanage.runner.journal;

import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.run.Decider.Success;
import com.promptmanage.runner.run.Step;
import java.util.List;

/**
 * What a node has put out, as it is stored.
 *
 * @param output JSON; empty for a loop, whose output is there when its iterations are over
 * @param items JSON, one by one, for which what belongs to the node is run
 * @param repeats whether it is a loop
 */
record Result(String output, List<String> items, boolean repeats, Success success) {

    static Result of(Step.Kind kind, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed completed ->
                new Result(StoredJson.write(completed.output()), List.of(), false, new Success.Plain());
            case Outcome.Branched branched ->
                new Result(
                        StoredJson.write(branched.output()), List.of(), false, new Success.Branch(branched.result()));
            case Outcome.Records records -> of(kind, records);
            case Outcome.Failed failed -> throw new IllegalArgumentException("a failure is no result");
        };
    }

    private static Result of(Step.Kind kind, Outcome.Records records) {
        boolean repeats = kind == Step.Kind.LOOP;
        String output = repeats ? "" : StoredJson.write(records.records());
        return kind == Step.Kind.PLAIN
                // A source whose list is taken as a whole.
                ? new Result(output, List.of(), false, new Success.Plain())
                : new Result(
                        output,
                        records.records().stream().map(StoredJson::write).toList(),
                        repeats,
                        new Success.Items(records.records().size()));
    }

    /** Characters. */
    int size() {
        return output.length() + items.stream().mapToInt(String::length).sum();
    }
}
