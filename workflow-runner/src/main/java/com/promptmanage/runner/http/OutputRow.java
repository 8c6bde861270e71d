package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.journal.ListedOutputs.Completed;
import com.promptmanage.runner.journal.ListedOutputs.Listed;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.money.NanoUsd;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An output as the API tells it, and as it stands in a file.
 *
 * @param summary how it begins; null if it is empty
 * @param inputKey what the execution was begun with, in short; null if with nothing
 * @param durationMs null if it never started
 */
record OutputRow(
        Completed execution,
        @Nullable String summary,
        @Nullable String inputKey,
        @Nullable Long durationMs) {

    /** The names of {@link #cells}. */
    static final List<String> COLUMNS = List.of(
            "completedAt",
            "workflowId",
            "workflowName",
            "category",
            "tags",
            "executionId",
            "triggeredBy",
            "inputKey",
            "empty",
            "summary",
            "tokens",
            "costUsd",
            "costNanoUsd",
            "unpricedCalls",
            "durationMs",
            "test",
            "simulated");

    /** With what a spreadsheet would take for a formula, and its wide forms. */
    private static final String FORMULA_STARTS = "=+-@\t\r\n|%＝＋－＠";

    static OutputRow of(Listed listed) {
        Completed execution = listed.execution();
        return new OutputRow(
                execution,
                listed.output() == null ? null : OutputSummary.of(listed.output()),
                OutputSummary.inputKey(execution.triggerBeginning()),
                execution.ranMs());
    }

    ObjectNode json() {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("executionId", execution.id());
        json.put("workflowId", execution.workflowId());
        json.put("workflowName", execution.workflowName());
        json.put("category", execution.category());
        var tags = json.putArray("tags");
        execution.tags().forEach(tags::add);
        json.put("completedAt", execution.place().completedAt().toString());
        json.put("triggeredBy", execution.triggeredBy());
        json.put("inputKey", inputKey);
        json.put("empty", summary == null);
        json.put("summary", summary);
        json.put("tokens", execution.tokens());
        WorkflowJson.money(json, "cost", execution.costNanoUsd());
        json.put("unpricedCalls", execution.unpricedCalls());
        json.put("durationMs", durationMs);
        json.put("test", execution.isTest());
        json.put("simulated", execution.isSimulated());
        return json;
    }

    /** A line of RFC 4180 with these cells. */
    static String line(List<String> cells) {
        return cells.stream().map(OutputRow::quoted).collect(Collectors.joining(",", "", "\r\n"));
    }

    List<String> cells() {
        return List.of(
                execution.place().completedAt().toString(),
                execution.workflowId(),
                harmless(execution.workflowName()),
                harmless(execution.category()),
                harmless(String.join(" ", execution.tags())),
                execution.id(),
                execution.triggeredBy(),
                harmless(inputKey),
                Boolean.toString(summary == null),
                harmless(summary),
                Long.toString(execution.tokens()),
                new NanoUsd(execution.costNanoUsd()).toUsd(),
                Long.toString(execution.costNanoUsd()),
                Integer.toString(execution.unpricedCalls()),
                durationMs == null ? "" : durationMs.toString(),
                Boolean.toString(execution.isTest()),
                Boolean.toString(execution.isSimulated()));
    }

    /** What a model or a stranger wrote must not run on the desk of who opens the file: an apostrophe makes it a text. */
    private static String harmless(@Nullable String text) {
        if (text == null) {
            return "";
        }
        return !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    private static String quoted(String cell) {
        boolean isPlain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return isPlain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
