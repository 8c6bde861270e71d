package com.promptmanage.runner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node does, one case for each of the eight types. Texts called templates may hold {@code {{references}}};
 * texts called expressions are CEL. A required text that is missing is empty here, so that a check can name it together
 * with everything else. JSON values are not to be changed by who reads them.
 */
public sealed interface NodeConfig {

    NodeType type();

    /**
     * Reads records.
     *
     * @param sourceId template; the id of a stored data source, or what the connector calls its document (a sheet, a base)
     * @param fanOut whether the nodes behind it run once for each record (the default) or once with the whole list
     */
    record DataSource(String sourceId, SourceType sourceType, Query query, RecordTransform transform, boolean fanOut)
            implements NodeConfig {
        @Override
        public NodeType type() {
            return NodeType.DATA_SOURCE;
        }
    }

    /**
     * Asks a language model, with one user message.
     *
     * @param promptTemplate template
     * @param model template; a model or an alias of the price list
     * @param provider null to let the model's name decide
     * @param temperature from 0 to 2
     * @param maxTokens of the answer
     * @param contextTemplate template, sent as the system message
     * @param responseFormat whether the answer has to be a JSON object, whose fields then join the output
     * @param fallbackModels tried in order after {@code model} has failed for good, under error handling fallback
     * @param cacheTtl how long an identical request may be answered from the last answer; null for never
     * @param retryOnEmpty whether an empty answer counts as a failure that is tried again
     */
    record Prompt(
            String promptTemplate,
            String model,
            @Nullable String provider,
            @Nullable Double temperature,
            @Nullable Integer maxTokens,
            @Nullable String contextTemplate,
            ResponseFormat responseFormat,
            List<String> fallbackModels,
            @Nullable Duration cacheTtl,
            boolean retryOnEmpty)
            implements NodeConfig {

        public Prompt {
            fallbackModels = List.copyOf(fallbackModels);
        }

        @Override
        public NodeType type() {
            return NodeType.PROMPT;
        }
    }

    /**
     * Decides which way to go.
     *
     * @param condition expression
     * @param trueBranch the targets of its edges {@code true}
     * @param falseBranch the targets of its edges {@code false}
     */
    record Condition(String condition, List<NodeId> trueBranch, List<NodeId> falseBranch) implements NodeConfig {

        public Condition {
            trueBranch = List.copyOf(trueBranch);
            falseBranch = List.copyOf(falseBranch);
        }

        @Override
        public NodeType type() {
            return NodeType.CONDITION;
        }
    }

    /**
     * Computes. Map, filter and reduce take a list and run once over it: behind a data source they take all its records.
     *
     * @param code expression: over each item for map and filter, over {@code accumulator} and {@code item} for reduce,
     *     over the input for custom; null where {@code mapping} says it all
     * @param mapping a field of the result and its template
     * @param initial what reduce starts with; null for the first item
     * @param fanOut whether the nodes behind a map or filter run once for each item (the default) or once with the list
     */
    record Transform(
            TransformType transformType,
            @Nullable String code,
            Map<String, JsonNode> mapping,
            @Nullable JsonNode initial,
            boolean fanOut)
            implements NodeConfig {

        public Transform {
            mapping = copyInOrder(mapping);
        }

        @Override
        public NodeType type() {
            return NodeType.TRANSFORM;
        }
    }

    /**
     * Runs other nodes once for each item of a list. Its output is the list of their results, in the items' order.
     *
     * @param iterateOver the path of a list, as in a reference
     * @param itemVariable what the item is called in the body
     * @param bodyNodes run for each item; they start where the body's edges start, and end where those end
     * @param maxIterations null for {@value Limits#ITERATIONS_DEFAULT}; a longer list fails the node
     * @param concurrency how many items are worked on at once; null for one after the other
     */
    record Loop(
            String iterateOver,
            String itemVariable,
            List<NodeId> bodyNodes,
            @Nullable Integer maxIterations,
            @Nullable Integer concurrency)
            implements NodeConfig {

        public Loop {
            bodyNodes = List.copyOf(bodyNodes);
        }

        @Override
        public NodeType type() {
            return NodeType.LOOP;
        }

        public int maxIterationsOrDefault() {
            return maxIterations == null ? Limits.ITERATIONS_DEFAULT : maxIterations;
        }
    }

    /**
     * Writes a record to where it can be used.
     *
     * @param sourceId template; as for a data source; null where the destination needs none
     * @param target sheet, table or the like, template; null where the destination has only one
     * @param recordId template; which record to update
     * @param matching column and template: which records to update or upsert
     * @param mapping column and template of what is written; empty to write the input as it is
     * @param options whatever else the connector understands; texts are templates
     */
    record Output(
            Destination destination,
            @Nullable String sourceId,
            Operation operation,
            @Nullable String target,
            @Nullable String recordId,
            Map<String, JsonNode> matching,
            Map<String, JsonNode> mapping,
            Map<String, JsonNode> options)
            implements NodeConfig {

        public Output {
            matching = copyInOrder(matching);
            mapping = copyInOrder(mapping);
            options = copyInOrder(options);
        }

        @Override
        public NodeType type() {
            return NodeType.OUTPUT;
        }
    }

    /**
     * Calls an address.
     *
     * @param url template
     * @param headers name and template; the one place, with {@code params}' sibling {@code url}, where secrets may stand
     * @param params name and template, appended to the address
     * @param body null for none; a text is a template of the body itself, other JSON is sent as JSON with the texts in it
     *     as templates
     */
    record Webhook(
            String url,
            Method method,
            Map<String, String> headers,
            Map<String, String> params,
            @Nullable JsonNode body) implements NodeConfig {

        public Webhook {
            headers = copyInOrder(headers);
            params = copyInOrder(params);
        }

        @Override
        public NodeType type() {
            return NodeType.WEBHOOK;
        }
    }

    /**
     * Waits, holding nothing. Its output is its input.
     *
     * @param delayMs from 0 to {@value Limits#DELAY_MS_MAX}
     * @param condition expression; waits only if it holds; null to wait always
     */
    record Delay(long delayMs, @Nullable String condition) implements NodeConfig {
        @Override
        public NodeType type() {
            return NodeType.DELAY;
        }
    }

    /**
     * Which records to read.
     *
     * @param orderBy the name of a field, with {@code DESC} behind it for the largest first
     * @param limit how many at most, counted after {@code where}
     * @param options whatever else the connector understands (sheet, range, table, filterByFormula, maxRecords, filter,
     *     sorts, sql and its parameters); texts are templates
     */
    record Query(
            List<String> columns,
            List<Where> where,
            @Nullable String orderBy,
            @Nullable Integer limit,
            Map<String, JsonNode> options) {

        public static final Query ALL = new Query(List.of(), List.of(), null, null, Map.of());

        public Query {
            columns = List.copyOf(columns);
            where = List.copyOf(where);
            options = copyInOrder(options);
        }
    }

    /** @param value a text is a template */
    record Where(String field, Operator operator, JsonNode value) {}

    /**
     * What is done to records as they are read: filter, then map, then limit.
     *
     * @param filter expression over the record; null to keep all
     * @param map target and source field; empty to keep the record's fields
     */
    record RecordTransform(
            @Nullable String filter,
            Map<String, String> map,
            @Nullable Integer limit) {

        public static final RecordTransform NONE = new RecordTransform(null, Map.of(), null);

        public RecordTransform {
            map = copyInOrder(map);
        }
    }

    /** Where records come from. */
    enum SourceType {
        GOOGLE_SHEETS,
        AIRTABLE,
        NOTION,
        API,
        CSV,
        JSON,
        DATABASE,
        CRM,
        WEBHOOK;

        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where records go to. */
    enum Destination {
        DATABASE,
        FILE,
        WEBHOOK,
        EMAIL,
        SLACK,
        GOOGLE_SHEETS,
        AIRTABLE,
        NOTION;

        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is done with a record at its destination. */
    enum Operation {
        /** Adds a record. Also called append. */
        CREATE,
        UPDATE,
        /** Updates the records that match, or adds one if none does. */
        UPSERT;

        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How a transform works. */
    enum TransformType {
        MAP,
        FILTER,
        REDUCE,
        CUSTOM;

        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What form a model's answer has. */
    enum ResponseFormat {
        TEXT,
        JSON;

        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** HTTP methods that a webhook node may use. */
    enum Method {
        GET,
        POST,
        PUT,
        PATCH,
        DELETE;

        public String value() {
            return name();
        }
    }

    /** How a field is compared. */
    enum Operator {
        EQUAL("="),
        NOT_EQUAL("!="),
        GREATER(">"),
        LESS("<"),
        GREATER_OR_EQUAL(">="),
        LESS_OR_EQUAL("<="),
        CONTAINS("contains"),
        STARTS_WITH("startsWith"),
        ENDS_WITH("endsWith");

        private final String value;

        Operator(String value) {
            this.value = value;
        }

        public String value() {
            return value;
        }
    }

    private static <V> Map<String, V> copyInOrder(Map<String, V> map) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }
}
