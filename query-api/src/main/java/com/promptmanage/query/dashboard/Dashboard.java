package com.promptmanage.query.dashboard;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The files that {@code query-api/dashboard} is built into, and its one page for each address of its own. To be given to a
 * server's options; no route of an API is shadowed by it. Where there is nothing, the page says so to whoever looks.
 */
public final class Dashboard implements Consumer<JavalinConfig> {

    private static final String FILES = "/dashboard";

    /** The pages that there are, as the page itself has them ({@code src/app/router.tsx}). Everything else is a 404. */
    static final List<String> PAGES = List.of(
            "/sign-in",
            "/sign-up",
            "/forgot-password",
            "/reset-password",
            "/invite/$token",
            "/welcome",
            "/dashboard",
            "/dashboard/usage",
            "/dashboard/developers",
            "/dashboard/alerts",
            "/dashboard/lab",
            "/dashboard/team",
            "/dashboard/connectors",
            "/dashboard/workflows",
            "/dashboard/workflows/$id",
            "/dashboard/workflows/$id/executions",
            "/dashboard/workflows/$id/executions/$executionId",
            "/dashboard/outputs",
            "/dashboard/workflow-templates",
            "/settings",
            "/settings/budget",
            "/settings/api-keys",
            "/settings/team",
            "/settings/notifications");

    /** A part of an address that stands for any. */
    private static final Pattern PARAMETER = Pattern.compile("\\$[A-Za-z]+");

    /** Any of the pages, in letters of either case and with a slash behind it, as its router takes them. */
    private static final Pattern PAGE = Pattern.compile(
            PAGES.stream()
                    .map(page -> PARAMETER.matcher(page).replaceAll("[^/]+"))
                    .collect(Collectors.joining("|", "(?:", ")/?")),
            Pattern.CASE_INSENSITIVE);

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
        // Not at the root: what takes another method than GET would be said not to be there.
        PAGES.stream()
                .map(Dashboard::firstPart)
                .distinct()
                .forEach(address -> config.spaRoot.addHandler(address, this::pageThatThereIs));
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

    private void pageThatThereIs(Context ctx) {
        if (!PAGE.matcher(ctx.path()).matches()) {
            throw new NotFoundResponse();
        }
        page(ctx);
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
        return OF_PROGRAMS.contains(firstPart(path).substring(1));
    }

    /** With its slash. */
    private static String firstPart(String path) {
        int end = path.indexOf('/', 1);
        return end < 0 ? path : path.substring(0, end);
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
