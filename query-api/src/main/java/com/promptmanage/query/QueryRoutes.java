package com.promptmanage.query;

import io.javalin.config.RoutesConfig;
import java.util.List;
import java.util.function.Consumer;

/**
 * Every route of the query API: the list of its parts, each of which adds its own.
 *
 * @param parts one for each concept, in the order of {@code openapi/query-api.yaml}
 */
public record QueryRoutes(List<Consumer<RoutesConfig>> parts) {

    public QueryRoutes {
        parts = List.copyOf(parts);
    }

    public void addTo(RoutesConfig routes) {
        parts.forEach(part -> part.accept(routes));
    }
}
