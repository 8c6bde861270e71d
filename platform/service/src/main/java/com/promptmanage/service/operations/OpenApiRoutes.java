package com.promptmanage.service.operations;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/** {@code /openapi.json}, and {@code /docs} to browse and try it. Everything comes from this process. */
public final class OpenApiRoutes implements Routes {

    private static final String WEBJAR = "META-INF/resources/webjars/swagger-ui/";

    private static final String WEBJAR_PROPERTIES = "META-INF/maven/org.webjars/swagger-ui/pom.properties";

    /** Nothing else of the web jar is given out. */
    private static final Map<String, String> TYPES = Map.of(
            "swagger-ui.css", "text/css",
            "swagger-ui-bundle.js", "text/javascript",
            "start.js", "text/javascript");

    private final byte[] json;

    private final String version = webjarVersion();

    public OpenApiRoutes(OpenApi description) {
        this.json = description.json();
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/openapi.json", ctx -> ctx.result(json).contentType("application/json"));
        routes.get("/docs", ctx -> ctx.result(resource("docs/index.html")).contentType("text/html; charset=utf-8"));
        routes.get("/docs/{file}", this::file);
    }

    private void file(Context ctx) {
        String file = ctx.pathParam("file");
        String type = TYPES.get(file);
        if (type == null) {
            throw ProblemException.notFound("There is nothing at this address.");
        }
        String resource = file.equals("start.js") ? "docs/start.js" : WEBJAR + version + "/" + file;
        ctx.result(resource(resource)).contentType(type + "; charset=utf-8").header("Cache-Control", "max-age=3600");
    }

    private static byte[] resource(String name) {
        try (InputStream content = OpenApiRoutes.class.getClassLoader().getResourceAsStream(name)) {
            if (content == null) {
                throw new IllegalStateException("no resource " + name + " on the class path");
            }
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name, e);
        }
    }

    private static String webjarVersion() {
        var properties = new Properties();
        try (InputStream content = OpenApiRoutes.class.getClassLoader().getResourceAsStream(WEBJAR_PROPERTIES)) {
            if (content == null) {
                throw new IllegalStateException("org.webjars:swagger-ui is not on the class path");
            }
            properties.load(content);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + WEBJAR_PROPERTIES, e);
        }
        return properties.getProperty("version");
    }
}
