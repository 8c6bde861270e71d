package com.promptmanage.service.http;

import io.javalin.config.RoutesConfig;

/** The routes of one concept. A service is a list of these, so that several services can share one server. */
@FunctionalInterface
public interface Routes {

    void addTo(RoutesConfig routes);
}
