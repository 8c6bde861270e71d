package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.ignored.Reason;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which spans are calls to a model, and which only add up the calls inside them. Decided by what a span says of itself and
 * by nothing else: its children may come before it, after it, hours apart, or to another instance. Of those that would count,
 * {@link Nesting} leaves out what repeats others that came with it.
 *
 * <ol>
 *   <li>Spans of coding agents do not count: their log records do.
 *   <li>Of Vercel's AI SDK the inner functions count ({@code doGenerate}, {@code doStream}, {@code doEmbed},
 *       {@code doRerank}), not the outer ones.
 *   <li>An operation ({@code gen_ai.operation.name}) that is an agent's, a workflow's or a tool's does not count; neither
 *       does a span of such a kind in the words of OpenInference, OpenLLMetry, Langfuse or LangSmith.
 *   <li>Every other span with token counts does.
 * </ol>
 */
final class SpanRules {

    private static final String AI_OPERATION = "ai.operationId";

    private static final String OPERATION = "gen_ai.operation.name";

    /** In which tools say what kind of span it is, each in words of its own. */
    private static final List<String> KINDS = List.of(
            "openinference.span.kind",
            "traceloop.span.kind",
            "langfuse.observation.type",
            "langsmith.span.kind",
            "gen_ai.span.kind");

    static final Set<String> NAMES = Stream.concat(KINDS.stream(), Stream.of(AI_OPERATION, OPERATION, "service.name"))
            .collect(Collectors.toUnmodifiableSet());

    private static final List<String> AI_CALLS = List.of("doGenerate", "doStream", "doEmbed", "doRerank");

    private static final Set<String> OUTER_OPERATIONS = Set.of(
            "agent_step", "create_agent", "execute_tool", "invoke_agent", "invoke_workflow", "plan", "run_agent");

    /** What calls a model is of another kind: LLM, EMBEDDING, RERANKER, generation. */
    private static final Set<String> OUTER_KINDS = Set.of(
            "agent",
            "chain",
            "evaluator",
            "event",
            "guardrail",
            "prompt",
            "retriever",
            "span",
            "task",
            "tool",
            "workflow");

    /** How pydantic-ai, and others before they said their operation, call what is no call. */
    private static final List<String> OUTER_NAMES = List.of("agent run", "invoke_agent", "invoke_workflow");

    private SpanRules() {}

    /** Why the span's usage does not count, if it does not. */
    static Optional<Reason> ignored(Span span) {
        if (CodingAgent.ofService(span.resource()).isPresent()) {
            return Optional.of(Reason.TOLD_BY_LOGS);
        }
        return isOuter(span) ? Optional.of(Reason.REPEATS_ITS_CALLS) : Optional.empty();
    }

    private static boolean isOuter(Span span) {
        JsonNode attributes = span.attributes();
        String function = attributes.path(AI_OPERATION).asText();
        if (!function.isEmpty() && AI_CALLS.stream().noneMatch(function::endsWith)) {
            return true;
        }
        String operation = lower(attributes, OPERATION);
        if (operation.isEmpty() && function.isEmpty() && OUTER_NAMES.stream().anyMatch(span.name()::startsWith)) {
            return true;
        }
        return OUTER_OPERATIONS.contains(operation)
                || KINDS.stream().anyMatch(kind -> OUTER_KINDS.contains(lower(attributes, kind)));
    }

    private static String lower(JsonNode attributes, String name) {
        return attributes.path(name).asText().toLowerCase(Locale.ROOT);
    }
}
