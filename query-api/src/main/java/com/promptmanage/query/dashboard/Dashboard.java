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

    /** What the page itself makes something of. Everything else that is not there is a 404. */
    private static final List<String> ADDRESSES = List.of(
            "/dashboard",
            "/settings",
            "/sign-in",
            "/sign-up",
            "/forgot-password",
            "/reset-password",
            "/welcome",
            "/invite");

    /** How addresses begin that no person types: what is not there below them is told as to programs. */
    private static final Set<String> OF_PROGRAMS =
            Set.of("api", "assets", "docs", "gateway", "global", "health", "internal", "spend", "v1");

    /** Browsers name a page first, and like nothing better. Programs that take one at all do so last. */
    private static final Pattern PAGE_FIRST = Pattern.compile("\\s*text/html\\s*(,.*)?", Pattern.CASE_INSENSITIVE);

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
        ctx.header("Cache-Control", "no-cache").html(page);
    }

    /** In words and with a way on for a person; what a program is told stays as it is, and the status for both. */
    private void nothingHere(Context ctx) {
        if (ctx.endpoints().matchedHttpEndpoint() != null || isOfPrograms(ctx.path())) {
            return;
        }
        ctx.header("Vary", "Accept");
        if (isLookedAt(ctx)) {
            page(ctx);
        }
    }

    private static boolean isOfPrograms(String path) {
        int end = path.indexOf('/', 1);
        return OF_PROGRAMS.contains(end < 0 ? path.substring(1) : path.substring(1, end));
    }

    private static boolean isLookedAt(Context ctx) {
        String method = ctx.req().getMethod();
        @Nullable String accepted = ctx.header("Accept");
        return (method.equals("GET") || method.equals("HEAD"))
                && accepted != null
                && PAGE_FIRST.matcher(accepted).matches();
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
