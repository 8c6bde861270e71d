package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.connector.Connector;
import com.promptmanage.runner.connector.ConnectorType;
import com.promptmanage.runner.connector.Connectors;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** {@code /api/connectors}: what can be connected. */
final class ConnectorRoutes implements Routes {

    private final Authentication authentication;

    private final Connectors connectors;

    ConnectorRoutes(Authentication authentication, Connectors connectors) {
        this.authentication = authentication;
        this.connectors = connectors;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/connectors", this::list);
    }

    private void list(Context ctx) {
        authentication.caller(ctx);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("connectors");
        connectors.all().stream().map(Connector::type).map(ConnectorRoutes::of).forEach(list::add);
        ctx.json(json.putNull("nextCursor"));
    }

    private static ObjectNode of(ConnectorType type) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", type.type()).put("name", type.name()).put("version", type.version());
        json.put("authType", type.auth().getFirst().value());
        var auth = json.putArray("authTypes");
        type.auth().forEach(each -> auth.add(each.value()));
        var abilities = json.putArray("abilities");
        type.abilities().stream().map(ConnectorType.Ability::value).sorted().forEach(abilities::add);
        var settings = json.putArray("config");
        type.settings()
                .forEach(setting -> settings.addObject()
                        .put("name", setting.name())
                        .put("kind", setting.kind())
                        .put("required", setting.isRequired())
                        .put("description", setting.description()));
        return json;
    }
}
