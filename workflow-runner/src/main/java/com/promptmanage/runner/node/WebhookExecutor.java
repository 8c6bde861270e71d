package com.promptmanage.runner.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.HttpSender;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import com.promptmanage.runner.secret.SecretValues;
import com.promptmanage.service.http.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Calls an address. */
final class WebhookExecutor implements NodeExecutor {

    private final Rendering.Factory renderings;

    private final HttpSender sender;

    private final SecretValues secrets;

    WebhookExecutor(Rendering.Factory renderings, HttpSender sender, SecretValues secrets) {
        this.renderings = renderings;
        this.sender = sender;
        this.secrets = secrets;
    }

    @Override
    public Plan plan(NodeInvocation invocation) {
        var config = (Webhook) invocation.node().config();
        Rendering rendering = renderings.of(invocation);
        try {
            return new Plan.Calls(
                    new WebhookCall(invocation, config, rendered(config, rendering), rendering, sender, secrets));
        } catch (RenderingException e) {
            return new Plan.Done(new Outcome.Failed(Failure.Kind.VALIDATION, e.said()));
        }
    }

    /** A call with its values in it. */
    record Rendered(String url, Map<String, String> headers, Optional<String> body) {

        boolean hasHeader(String name) {
            return headers.keySet().stream().anyMatch(name::equalsIgnoreCase);
        }
    }

    static Rendered rendered(Webhook config, Rendering rendering) throws RenderingException {
        var headers = new LinkedHashMap<String, String>();
        for (Map.Entry<String, String> header : config.headers().entrySet()) {
            headers.put(header.getKey(), rendering.text(header.getValue()));
        }
        Optional<String> body = body(config, rendering);
        boolean hasType = headers.keySet().stream().anyMatch("Content-Type"::equalsIgnoreCase);
        if (body.isPresent() && !hasType) {
            headers.put("Content-Type", isJson(body.get()) ? "application/json" : "text/plain; charset=utf-8");
        }
        return new Rendered(url(config, rendering), headers, body);
    }

    private static Optional<String> body(Webhook config, Rendering rendering) throws RenderingException {
        JsonNode body = config.body();
        if (body == null || body.isNull()) {
            return Optional.empty();
        }
        if (!body.isTextual()) {
            return Optional.of(rendering.tree(body).toString());
        }
        String template = body.textValue();
        String start = template.stripLeading();
        boolean isJson = start.startsWith("{") || start.startsWith("[");
        // {{…}} at the beginning is a reference, and no object in an object.
        boolean isReference = start.startsWith("{{") && !start.startsWith("{{{");
        return Optional.of(isJson && !isReference ? rendering.textInJson(template) : rendering.text(template));
    }

    private static String url(Webhook config, Rendering rendering) throws RenderingException {
        String url = rendering.address(config.url()).strip();
        List<String> pairs = new ArrayList<>();
        for (Map.Entry<String, String> param : config.params().entrySet()) {
            String value = rendering.text(param.getValue());
            if (!value.isEmpty()) {
                pairs.add(URLEncoder.encode(param.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        if (pairs.isEmpty()) {
            return url;
        }
        int fragment = url.indexOf('#');
        String base = fragment < 0 ? url : url.substring(0, fragment);
        return base + (base.indexOf('?') < 0 ? "?" : "&") + String.join("&", pairs);
    }

    private static boolean isJson(String body) {
        try {
            Json.mapper().readTree(body);
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
