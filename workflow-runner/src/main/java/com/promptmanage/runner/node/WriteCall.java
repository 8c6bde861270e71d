package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorException;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.connector.Session;
import com.promptmanage.runner.connector.TimeLeft;
import com.promptmanage.runner.connector.WriteRequest;
import com.promptmanage.runner.connector.Written;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.secret.SecretValues;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A record, written to one place. */
final class WriteCall implements ExternalCall {

    private final NodeInvocation invocation;

    private final Output config;

    private final WriteRequest request;

    private final String sourceId;

    private final Places.Place place;

    private final Places places;

    private final Rendering rendering;

    private final SecretValues secrets;

    WriteCall(
            NodeInvocation invocation,
            Output config,
            WriteRequest request,
            String sourceId,
            Places.Place place,
            Places places,
            Rendering rendering,
            SecretValues secrets) {
        this.invocation = invocation;
        this.config = config;
        this.request = request;
        this.sourceId = sourceId;
        this.place = place;
        this.places = places;
        this.rendering = rendering;
        this.secrets = secrets;
    }

    @Override
    public String target() {
        return "%s %s"
                .formatted(request.operation().value(), place.connector().type().type());
    }

    @Override
    public JsonNode request() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("destination", config.destination().value()).put("sourceId", sourceId);
        json.put("operation", request.operation().value());
        request.resource().ifPresent(resource -> json.put("target", resource));
        request.recordId().ifPresent(id -> json.put("recordId", id));
        request.matching().forEach(json.withObject("/matching")::set);
        json.set("record", request.record());
        request.options().forEach(json.withObject("/options")::set);
        return json;
    }

    @Override
    public String fingerprint() {
        return Fingerprints.of("write", request(), place.config());
    }

    @Override
    public Optional<CallEstimate> estimate() {
        return Optional.empty();
    }

    @Override
    public Repeat repeat() {
        if (request.operation() != Operation.CREATE) {
            return Repeat.HARMLESS;
        }
        return switch (config.destination()) {
            case WEBHOOK -> Repeat.KNOWN_BY_KEY;
            case DATABASE, FILE, EMAIL, SLACK, GOOGLE_SHEETS, AIRTABLE, NOTION -> Repeat.HARMFUL;
        };
    }

    @Override
    public CallResult make(Duration timeout, CallWatcher watcher) throws InterruptedException {
        try (Session session = places.open(invocation.run().account(), withSecrets(), TimeLeft.of(timeout))) {
            Written written = session.write(request);
            ObjectNode content = JsonNodeFactory.instance.objectNode().put("written", written.count());
            written.ids().forEach(content.withArray("ids")::add);
            if (!written.answer().isMissingNode()) {
                content.set("answer", written.answer());
            }
            return new CallResult.Answered(Answer.of(content));
        } catch (ConnectorException e) {
            return new CallResult.Failed(e.failure());
        } catch (RenderingException e) {
            return new CallResult.Failed(new Failure(Failure.Kind.VALIDATION, e.said()));
        }
    }

    /** An update that finds nothing to update has not done what it should. */
    @Override
    public Outcome use(Answer answer) {
        if (request.operation() == Operation.UPDATE
                && answer.content().path("written").asInt() == 0) {
            return new Outcome.Failed(Failure.Kind.VALIDATION, "no record matches: nothing was updated");
        }
        ObjectNode output = answer.content().deepCopy();
        output.put("destination", config.destination().value());
        output.set("record", request.record());
        return new Outcome.Completed(output);
    }

    /** A stored data source has a credential; a place that the node itself describes may refer to secrets. */
    private Places.Place withSecrets() throws RenderingException {
        if (place.dataSourceId().isPresent()) {
            return place;
        }
        Rendering open = rendering.with(name -> secrets.named(invocation.run().account(), name));
        ObjectNode opened = place.config().deepCopy();
        for (Map.Entry<String, JsonNode> option : config.options().entrySet()) {
            if (OutputExecutor.SECRET_OPTIONS.contains(option.getKey())) {
                opened.set(option.getKey(), open.tree(option.getValue()));
            }
        }
        return new Places.Place(place.connector(), place.dataSourceId(), opened, place.credentialId());
    }
}
