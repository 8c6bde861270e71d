package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorException;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.connector.Reading;
import com.promptmanage.runner.connector.Session;
import com.promptmanage.runner.connector.TimeLeft;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.RecordTransform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Records, read from one place. */
final class ReadCall implements ExternalCall {

    private final NodeInvocation invocation;

    private final DataSource config;

    private final Query query;

    private final String sourceId;

    private final Places.Place place;

    private final Places places;

    private final Rendering.Factory renderings;

    ReadCall(
            NodeInvocation invocation,
            DataSource config,
            Query query,
            String sourceId,
            Places.Place place,
            Places places,
            Rendering.Factory renderings) {
        this.invocation = invocation;
        this.config = config;
        this.query = query;
        this.sourceId = sourceId;
        this.place = place;
        this.places = places;
        this.renderings = renderings;
    }

    @Override
    public String target() {
        return "read " + place.connector().type().type();
    }

    @Override
    public JsonNode request() {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("connector", place.connector().type().type()).put("sourceId", sourceId);
        query.columns().forEach(request.withArray("columns")::add);
        query.where()
                .forEach(where -> request.withArray("where")
                        .addObject()
                        .put("field", where.field())
                        .put("operator", where.operator().value())
                        .set("value", where.value()));
        request.put("orderBy", query.orderBy());
        request.put("limit", query.limit());
        query.options().forEach(request.withObject("/options")::set);
        return request;
    }

    @Override
    public String fingerprint() {
        return Fingerprints.of("read", request(), place.config());
    }

    @Override
    public Optional<CallEstimate> estimate() {
        return Optional.empty();
    }

    @Override
    public Repeat repeat() {
        return Repeat.HARMLESS;
    }

    @Override
    public CallResult make(Duration timeout, CallWatcher watcher) throws InterruptedException {
        try (Session session = places.open(invocation.run().account(), place, TimeLeft.of(timeout))) {
            ArrayNode records = JsonNodeFactory.instance.arrayNode();
            records.addAll(Reading.all(session, query));
            return new CallResult.Answered(Answer.of(records));
        } catch (ConnectorException e) {
            return new CallResult.Failed(e.failure());
        }
    }

    /** Filter, then map, then limit. */
    @Override
    public Outcome use(Answer answer) {
        RecordTransform transform = config.transform();
        Rendering rendering = renderings.of(invocation);
        var records = new ArrayList<JsonNode>();
        try {
            int index = 0;
            for (JsonNode record : answer.content()) {
                if (transform.limit() != null && records.size() >= transform.limit()) {
                    break;
                }
                if (transform.filter() == null || keeps(transform.filter(), record, rendering.about(record, index))) {
                    records.add(mapped(transform.map(), record));
                }
                index++;
            }
        } catch (RenderingException e) {
            return new Outcome.Failed(Failure.Kind.VALIDATION, "the data source's filter: " + e.said());
        }
        return config.fanOut() ? new Outcome.Records(records) : new Outcome.Completed(list(records));
    }

    private static boolean keeps(String filter, JsonNode record, Rendering rendering) throws RenderingException {
        JsonNode keeps = rendering.evaluate(filter, Map.of("record", record, "item", record));
        if (!keeps.isBoolean()) {
            throw new RenderingException("it is neither true nor false, but " + JsonKind.of(keeps));
        }
        return keeps.booleanValue();
    }

    private static JsonNode mapped(Map<String, String> map, JsonNode record) {
        if (map.isEmpty()) {
            return record;
        }
        ObjectNode mapped = JsonNodeFactory.instance.objectNode();
        map.forEach((target, source) -> {
            JsonNode value = record.path(source);
            mapped.set(target, value.isMissingNode() ? JsonNodeFactory.instance.nullNode() : value);
        });
        return mapped;
    }

    private static ArrayNode list(List<JsonNode> records) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        list.addAll(records);
        return list;
    }
}
