package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.Redaction;
import com.promptmanage.runner.connector.ConnectorException;
import com.promptmanage.runner.connector.HttpSender;
import com.promptmanage.runner.connector.TimeLeft;
import com.promptmanage.runner.definition.NodeConfig.Method;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import com.promptmanage.runner.node.WebhookExecutor.Rendered;
import com.promptmanage.runner.secret.SecretValues;
import com.promptmanage.service.outbound.Call.Header;
import com.promptmanage.service.outbound.Reply;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One address, called once. */
final class WebhookCall implements ExternalCall {

    private static final String KEY_HEADER = "Idempotency-Key";

    private static final int TARGET_CHARS_MAX = 256;

    private final NodeInvocation invocation;

    private final Webhook config;

    /** With references where secrets go. */
    private final Rendered shown;

    private final Rendering rendering;

    private final HttpSender sender;

    private final SecretValues secrets;

    WebhookCall(
            NodeInvocation invocation,
            Webhook config,
            Rendered shown,
            Rendering rendering,
            HttpSender sender,
            SecretValues secrets) {
        this.invocation = invocation;
        this.config = config;
        this.shown = shown;
        this.rendering = rendering;
        this.sender = sender;
        this.secrets = secrets;
    }

    @Override
    public String target() {
        String address = shown.url().replaceFirst("[?#].*$", "");
        String target = config.method().value() + " " + address;
        return target.length() <= TARGET_CHARS_MAX ? target : target.substring(0, TARGET_CHARS_MAX - 1) + "…";
    }

    @Override
    public JsonNode request() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("method", config.method().value()).put("url", shown.url());
        shown.headers().forEach(json.withObject("/headers")::put);
        shown.body().ifPresent(body -> json.put("body", body));
        return json;
    }

    @Override
    public String fingerprint() {
        return Fingerprints.of("webhook", request());
    }

    @Override
    public Optional<CallEstimate> estimate() {
        return Optional.empty();
    }

    @Override
    public Repeat repeat() {
        return switch (config.method()) {
            case GET, PUT, DELETE -> Repeat.HARMLESS;
            // The key is sent either way; that the other side keeps to it is said by who writes the header.
            case POST, PATCH -> shown.hasHeader(KEY_HEADER) ? Repeat.KNOWN_BY_KEY : Repeat.HARMFUL;
        };
    }

    @Override
    public CallResult make(Duration timeout, CallWatcher watcher) throws InterruptedException {
        List<String> used = new ArrayList<>();
        try {
            Rendered real = WebhookExecutor.rendered(config, rendering.with(name -> {
                Optional<String> secret = secrets.named(invocation.run().account(), name);
                secret.ifPresent(used::add);
                return secret;
            }));
            Redaction redaction = Redaction.of(used);
            Reply reply = sender.send(request(real), TimeLeft.of(timeout), redaction);
            return new CallResult.Answered(Answer.of(redaction.apply(content(reply))));
        } catch (RenderingException e) {
            return new CallResult.Failed(
                    new Failure(Failure.Kind.VALIDATION, Redaction.of(used).apply(e.said())));
        } catch (ConnectorException e) {
            return new CallResult.Failed(e.failure());
        }
    }

    /** The answer's JSON itself, so that nodes behind name its fields directly; of anything else, status and text. */
    @Override
    public Outcome use(Answer answer) {
        JsonNode json = answer.content().path("json");
        if (!json.isMissingNode()) {
            return new Outcome.Completed(json);
        }
        return new Outcome.Completed(answer.content());
    }

    private HttpSender.Request request(Rendered real) throws ConnectorException {
        URI uri = HttpSender.uri(real.url());
        var headers = new ArrayList<Header>();
        real.headers().forEach((name, value) -> headers.add(header(name, value)));
        boolean isSent = config.method() == Method.POST || config.method() == Method.PATCH;
        if (isSent && !real.hasHeader(KEY_HEADER)) {
            headers.add(new Header(KEY_HEADER, invocation.idempotencyKey()));
        }
        return new HttpSender.Request(
                config.method().value(),
                uri,
                headers,
                // Secrets stand in addresses and headers only: a body is what data is put into.
                shown.body().map(body -> body.getBytes(StandardCharsets.UTF_8)).orElse(null));
    }

    /** Data with a line break in it must not make two headers of one. */
    private static Header header(String name, String value) {
        return new Header(name, value.replaceAll("[\\r\\n\\t]+", " ").strip());
    }

    /** @throws ConnectorException if it is not the JSON that it says, and to ask once more does no harm */
    private ObjectNode content(Reply reply) throws ConnectorException {
        ObjectNode content = JsonNodeFactory.instance.objectNode().put("status", reply.status());
        Optional<JsonNode> json = repeat() == Repeat.HARMLESS ? HttpSender.saidJsonOf(reply) : HttpSender.jsonOf(reply);
        if (json.isPresent()) {
            content.set("json", json.get());
        } else if (reply.body().length > 0) {
            content.put("text", reply.text());
        }
        return content;
    }
}
