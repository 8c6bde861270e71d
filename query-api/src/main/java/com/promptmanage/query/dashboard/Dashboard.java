package com.promptmanage.query.dashboard;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.staticfiles.Location;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The files that {@code query-api/dashboard} is built into, and its one page for each address of its own. To be given to a
 * server's options; no route of an API is shadowed by it.
 */
public final class Dashboard implements Consumer<JavalinConfig> {

    private static final String FILES = "/dashboard";

    /** What the page itself makes something of. Everything else that is not there stays a 404 that programs can read. */
    private static final List<String> ADDRESSES = List.of(
            "/dashboard",
            "/settings",
            "/sign-in",
            "/sign-up",
            "/forgot-password",
            "/reset-password",
            "/welcome",
            "/invite");

    /** Of one file, to be kept in memory as it goes over the wire. */
    private static final int COMPRESSED_BYTES_MAX = 4 << 20;

    private final String page;

    /** @throws IllegalStateException if it was not built */
    public Dashboard() {
        page = read(FILES + "/index.html");
    }

    @Override
    public void accept(JavalinConfig config) {
        // Their names tell their content, so a copy never grows old.
        serve(config, "/assets", FILES + "/assets", "public, max-age=31536000, immutable");
        serve(config, "/", FILES, "no-cache");
        ADDRESSES.forEach(address -> config.spaRoot.addHandler(address, this::page));
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
        ctx.header("Cache-Control", "no-cache").html(page);
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
