package com.promptmanage.service.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.security.Roles;
import io.javalin.security.RouteRole;
import jakarta.servlet.DispatcherType;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** One HTTP server with the routes of one or several services. Each request runs on a virtual thread of its own. */
public final class HttpServer implements AutoCloseable {

    private final Javalin javalin;

    private final Options options;

    /**
     * @param host the address to listen on
     * @param port 0 for any that is free
     * @param bodyBytesMax what {@link RequestBody} takes, after inflation
     * @param contentSecurityPolicy of every answer that does not set its own
     * @param discardMax how long the rest of a refused body is read, so that its sender sees the answer
     * @param customization of what only some servers have, such as static files
     */
    public record Options(
            String host,
            int port,
            long bodyBytesMax,
            String contentSecurityPolicy,
            Duration discardMax,
            Consumer<JavalinConfig> customization) {

        /** 16 MiB. */
        public static final long BODY_BYTES_MAX = 16L << 20;

        static final Duration DISCARD_MAX = Duration.ofSeconds(2);

        /** Nothing but our own files; styles may stand in the page, scripts may not. */
        public static final String CONTENT_SECURITY_POLICY =
                "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
                        + " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

        /** On loopback. */
        public static Options onPort(int port) {
            return new Options("127.0.0.1", port, BODY_BYTES_MAX, CONTENT_SECURITY_POLICY, DISCARD_MAX, config -> {});
        }

        public Options withHost(String other) {
            return new Options(other, port, bodyBytesMax, contentSecurityPolicy, discardMax, customization);
        }

        public Options withBodyBytesMax(long other) {
            return new Options(host, port, other, contentSecurityPolicy, discardMax, customization);
        }

        public Options withCustomization(Consumer<JavalinConfig> other) {
            return new Options(host, port, bodyBytesMax, contentSecurityPolicy, discardMax, other);
        }

        public Options withDiscardMax(Duration other) {
            return new Options(host, port, bodyBytesMax, contentSecurityPolicy, other, customization);
        }

        /** Of every answer, for browsers. */
        Map<String, String> headers() {
            return Map.of(
                    "X-Content-Type-Options",
                    "nosniff",
                    "X-Frame-Options",
                    "DENY",
                    "Referrer-Policy",
                    "no-referrer",
                    "Content-Security-Policy",
                    contentSecurityPolicy);
        }
    }

    /**
     * A method at an address.
     *
     * @param path as routes are written, for example {@code /api/teams/{id}}
     */
    public record Endpoint(String method, String path) {}

    /**
     * Connections that may wait to be taken. Java's own 50 overflow when a few hundred clients come at once, and what
     * overflows ends without an answer. The system may allow fewer.
     */
    private static final int ACCEPT_QUEUE = 4096;

    private static final String METHOD_OVERRIDE = "X-HTTP-Method-Override";

    private static final String ZERO = "%00";

    private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

    private HttpServer(Javalin javalin, Options options) {
        this.javalin = javalin;
        this.options = options;
    }

    public static HttpServer start(Options options, List<? extends Routes> routes) {
        Javalin javalin = Javalin.create(config -> configure(config, options, routes));
        return new HttpServer(javalin.start(), options);
    }

    public int port() {
        return javalin.port();
    }

    /** Without a slash at the end. */
    public URI baseUri() {
        return URI.create(
                "http://%s:%d".formatted(options.host().equals("0.0.0.0") ? "127.0.0.1" : options.host(), port()));
    }

    /** Every method and address that has a handler. */
    public Set<Endpoint> endpoints() {
        return mounted().map(HttpServer::endpoint).collect(Collectors.toUnmodifiableSet());
    }

    /** Which parameters may be sent several times, of every endpoint where any may. */
    public Map<Endpoint, Several> several() {
        var several = new HashMap<Endpoint, Several>();
        mounted().forEach(mounted -> {
            Roles roles = mounted.metadata(Roles.class);
            if (roles != null) {
                for (RouteRole role : roles.getRoles()) {
                    if (role instanceof Several of) {
                        several.put(endpoint(mounted), of);
                    }
                }
            }
        });
        return Map.copyOf(several);
    }

    /** Lets running requests end. */
    @Override
    public void close() {
        javalin.stop();
    }

    private Stream<io.javalin.router.Endpoint> mounted() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(handler -> handler.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod());
    }

    private static Endpoint endpoint(io.javalin.router.Endpoint mounted) {
        return new Endpoint(mounted.method.name(), mounted.path);
    }

    private static void configure(JavalinConfig config, Options options, List<? extends Routes> routes) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.concurrency.useVirtualThreads = true;
        config.jetty.threadPool = threads();
        config.http.prefer405over404 = true;
        config.http.maxRequestSize = options.bodyBytesMax();
        config.http.defaultContentType = "application/json";
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.addCustomizer((request, answered) -> withItsOwnMethod(request));
        });
        var errors = new ConnectionErrors(options.headers());
        config.jetty.modifyServer(server -> server.setErrorHandler(errors));
        config.jetty.modifyServletContextHandler(
                context -> context.addFilter(new BrokenAnswers(), "/*", EnumSet.of(DispatcherType.REQUEST)));
        config.jetty.addConnector((server, http) -> connector(server, http, options));
        config.jsonMapper(new JavalinJson());
        config.router.javaLangErrorHandler(Answers::answer);
        config.routes.before(ctx -> prepare(ctx, options));
        config.routes.beforeMatched(Several::refuseOthers);
        new Answers().addTo(config.routes);
        routes.forEach(part -> part.addTo(config.routes));
        options.customization().accept(config);
    }

    /** Javalin takes another method's name from a header: what is asked for by GET would be done as by DELETE. */
    private static Request withItsOwnMethod(Request request) {
        if (!request.getHeaders().contains(METHOD_OVERRIDE)) {
            return request;
        }
        HttpFields headers =
                HttpFields.build(request.getHeaders()).remove(METHOD_OVERRIDE).asImmutable();
        return new Request.Wrapper(request) {
            @Override
            public HttpFields getHeaders() {
                return headers;
            }
        };
    }

    /**
     * Requests run on virtual threads. What waits for connections and for what they send does not: it would take turns with the
     * requests on their few carriers, and each would wait for those before it to be begun.
     */
    private static QueuedThreadPool threads() {
        var threads = new QueuedThreadPool();
        threads.setName("http");
        threads.setDaemon(true);
        // No thread is kept ready to run a request by itself.
        threads.setReservedThreads(0);
        threads.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("http-request-", 0).factory()));
        return threads;
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, Options options) {
        var connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost(options.host());
        connector.setPort(options.port());
        connector.setAcceptQueueSize(ACCEPT_QUEUE);
        return connector;
    }

    /** PostgreSQL keeps no text with a zero in it, and no name here has one; what is escaped wrongly cannot be read. */
    private static void refuseUnreadable(Context ctx) {
        String query = ctx.queryString();
        if (ctx.req().getRequestURI().contains(ZERO) || (query != null && query.contains(ZERO))) {
            throw ProblemException.invalid("address", "has the character U+0000", "Leave it out.");
        }
        if (query != null && BAD_ESCAPE.matcher(query).find()) {
            // Else the parameter would count as not there, and the answer be about something else.
            throw ProblemException.invalid(
                    "query",
                    "has a '%' without two hexadecimal digits behind it",
                    "Write '%25' for the character itself.");
        }
    }

    private static void prepare(Context ctx, Options options) {
        ctx.attribute(RequestBody.LIMIT_ATTRIBUTE, options.bodyBytesMax());
        ctx.attribute(RequestBody.DISCARD_ATTRIBUTE, options.discardMax());
        ctx.header(RequestIds.HEADER, RequestIds.of(ctx));
        options.headers().forEach(ctx::header);
        if (!ctx.method().equals(HandlerType.GET) || ctx.path().startsWith("/api")) {
            // What an API says is for this caller and for now.
            ctx.header("Cache-Control", "no-store");
        }
        refuseUnreadable(ctx);
    }
}
