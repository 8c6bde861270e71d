package com.promptmanage.query.dashboard;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.http.Json;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.staticfiles.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files that {@code query-api/dashboard} is built into, and its one page for each address of its own. To be given to a
 * server's options; no route of an API is shadowed by it. Where there is nothing, the page says so to whoever looks.
 */
public final class Dashboard implements Consumer<JavalinConfig> {

    private static final String FILES = "/dashboard";

    /** How addresses begin that no person types: what is not there below them is told as to programs. */
    private static final Set<String> OF_PROGRAMS =
            Set.of("api", "assets", "docs", "gateway", "global", "health", "internal", "spend", "v1");

    /** Browsers name a page first, and like nothing better. Programs that take one at all do so last. */
    private static final Pattern PAGE_FIRST = Pattern.compile("\\s*text/html\\s*(,.*)?", Pattern.CASE_INSENSITIVE);

    /** Of one file, to be kept in memory as it goes over the wire. */
    private static final int COMPRESSED_BYTES_MAX = 4 << 20;

    /** What says so where there is no page. */
    private final String nothing;

    private final Pages pages;

    /** @throws IllegalStateException if it was not built */
    public Dashboard() {
        nothing = read(FILES + "/index.html");
        pages = new Pages(nothing, manifest());
    }

    @Override
    public void accept(JavalinConfig config) {
        // Their names tell their content, so a copy never grows old.
        serve(config, "/assets", FILES + "/assets", "public, max-age=31536000, immutable");
        serve(config, "/", FILES, "no-cache");
        // Not at the root: what takes another method than GET would be said not to be there.
        Pages.MODULES.keySet().stream()
                .map(Pages::firstPart)
                .distinct()
                .forEach(address -> config.spaRoot.addHandler(address, this::page));
        config.routes.error(404, this::nothingHere);
    }

    private static void serve(JavalinConfig config, String path, String directory, String cacheControl) {
        config.staticFiles.add(files -> {
            files.hostedPath = path;
            files.directory = directory;
            files.location = Location.CLASSPATH;
            files.precompressMaxSize = COMPRESSED_BYTES_MAX;
            files.headers = Map.of("Cache-Control", cacheControl);
        });
    }

    private void page(Context ctx) {
        send(ctx, pages.at(ctx.path()).orElseThrow(NotFoundResponse::new));
    }

    private static void send(Context ctx, String document) {
        ctx.header("Cache-Control", "no-cache").html(document);
    }

    /** In words and with a way on for a person; what a program is told stays as it is, and the status for both. */
    private void nothingHere(Context ctx) {
        if (ctx.endpoints().matchedHttpEndpoint() != null || isOfPrograms(ctx.path())) {
            return;
        }
        ctx.header("Vary", "Accept");
        if (isLookedAt(ctx)) {
            send(ctx, nothing);
        }
    }

    private static boolean isOfPrograms(String path) {
        return OF_PROGRAMS.contains(Pages.firstPart(path).substring(1));
    }

    private static boolean isLookedAt(Context ctx) {
        String method = ctx.req().getMethod();
        @Nullable String accepted = ctx.header("Accept");
        return (method.equals("GET") || method.equals("HEAD"))
                && accepted != null
                && PAGE_FIRST.matcher(accepted).matches();
    }

    private static JsonNode manifest() {
        try {
            return Json.mapper().readTree(read(FILES + "/manifest.json"));
        } catch (JacksonException e) {
            throw new IllegalStateException("the dashboard's manifest.json cannot be read: build query-api anew", e);
        }
    }

    private static String read(String resource) {
        try (InputStream content = Dashboard.class.getResourceAsStream(resource)) {
            if (content == null) {
                throw new IllegalStateException("the dashboard is not on the class path: build query-api with Maven");
            }
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }
}
