package com.promptmanage.runner.connector;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The connectors there are, by their types. */
public final class Connectors {

    private final Map<String, Connector> byType;

    public Connectors(List<Connector> connectors) {
        var map = new LinkedHashMap<String, Connector>();
        for (Connector connector : connectors) {
            if (map.put(connector.type().type(), connector) != null) {
                throw new IllegalArgumentException(
                        "two connectors of the type " + connector.type().type());
            }
        }
        this.byType = Collections.unmodifiableMap(map);
    }

    public Optional<Connector> find(String type) {
        return Optional.ofNullable(byType.get(type));
    }

    public Collection<Connector> all() {
        return byType.values();
    }
}
