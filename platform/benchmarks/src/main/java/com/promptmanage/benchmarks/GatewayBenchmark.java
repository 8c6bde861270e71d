package com.promptmanage.benchmarks;

import com.promptmanage.ingest.IngestRoutes;
import com.promptmanage.ingest.IngestSettings;
import com.promptmanage.ingest.gateway.GatewaySettings;
import com.promptmanage.local.LocalStack;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.operations.Meters;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.service.settings.Settings;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/**
 * What the gateway adds to a call: the same calls at the same rate to a provider on this machine that answers at once, directly,
 * through the gateway without budgets, and through the product with them. Calls are begun when they are due, whether those before
 * have ended or not, and are timed from then. The product's time is until its event is with the broker. Caller, provider and broker
 * are in the same process, and what they take of the processors is not the product's: {@link Effort} tells how much that is.
 *
 * <p>{@code -Dbenchmark.only=REGEX} leaves out the way whose name has no match.
 */
public final class GatewayBenchmark {

    private static final String UNCHECKED = "gateway, no budgets";

    private static final String CHECKED = "product, budgets checked";

    private static final String BODY =
            "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
                    .formatted("How are you today? ".repeat(50));

    private static final byte[] ANSWER = """
            {"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-mini","choices":[{"index":0,"message":\
            {"role":"assistant","content":"%s"}}],"usage":{"prompt_tokens":250,"completion_tokens":250,"total_tokens":500}}""".formatted("I am fine. ".repeat(80)).getBytes(StandardCharsets.UTF_8);

    /**
     * At each of the rates on the way up: cold code at the full rate would only pile up calls, and until the compiler has done its
     * work, it takes the larger part of two processors.
     */
    private static final int WARM_UP_SECONDS = Integer.getInteger("benchmark.warmUpSeconds", 60);

    private final int perSecond;

    private final int seconds;

    /** Sorted, in nanoseconds. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Times(long[] nanos, int failed) {

        long at(int percent) {
            return nanos.length == 0 ? 0 : nanos[Math.min(nanos.length - 1, nanos.length * percent / 100)];
        }
    }

    private GatewayBenchmark(int perSecond, int seconds) {
        this.perSecond = perSecond;
        this.seconds = seconds;
    }

    /** @param arguments calls a second (500), seconds (30) */
    public static void main(String... arguments) throws Exception {
        int perSecond = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 500;
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 30;
        var provider = com.sun.net.httpserver.HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        provider.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        provider.createContext("/", GatewayBenchmark::answer);
        provider.start();
        try {
            new GatewayBenchmark(perSecond, seconds)
                    .run("http://127.0.0.1:" + provider.getAddress().getPort());
        } finally {
            provider.stop(0);
        }
        System.exit(0);
    }

    private void run(String provider) throws Exception {
        Map<String, String> environment =
                Map.of("PM_GATEWAY_OPENAI_URL", provider, "PM_OUTBOUND_ALLOWED_RANGES", "127.0.0.0/8");
        System.out.printf(
                "%d calls a second for %d s; milliseconds; beneath each line the processors in use, all and by kind of thread%n",
                perSecond, seconds);
        System.out.printf("%-28s %8s %8s %8s %8s%n", "", "p50", "p99", "max", "failed");
        Times direct = measure("directly", URI.create(provider + "/v1/chat/completions"), "sk-any");
        Predicate<String> only =
                Pattern.compile(System.getProperty("benchmark.only", "")).asPredicate();
        if (only.test(UNCHECKED)) {
            added(UNCHECKED, withoutBudgets(environment), direct);
        }
        if (only.test(CHECKED)) {
            added(CHECKED, withBudgets(environment), direct);
        }
    }

    private Times withoutBudgets(Map<String, String> environment) throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        try (Admin admin = kafka.admin()) {
            new TopicProvisioner(admin, 8, (short) 1).provision(Topics.ALL);
        }
        try (var database = Database.open(
                        DatabaseSettings.of(EmbeddedPostgres.shared().createDatabase(), "app"));
                var access = new Access(database, Clock.systemUTC());
                var meters = new Meters();
                var routes = new IngestRoutes(
                        IngestSettings.of(kafka.bootstrapServers()),
                        GatewaySettings.from(new Settings(Settings.PREFIX, environment)),
                        access,
                        database,
                        new SecretBox(SecretKeys.of("benchmark", new byte[32])),
                        meters.registry(),
                        Clock.systemUTC());
                var server = HttpServer.start(HttpServer.Options.onPort(0), List.of(routes))) {
            String key = access.keys()
                    .create(Scope.EVERYONE, NewKey.of("benchmark", Account.team("benchmark")))
                    .secret();
            return measure(UNCHECKED, through(server.baseUri().toString()), key);
        }
    }

    private Times withBudgets(Map<String, String> environment) throws Exception {
        Path directory = Files.createTempDirectory("gateway-benchmark");
        try (var stack = LocalStack.start(LocalStack.Options.in(directory).withEnvironment(environment))) {
            return measure(
                    CHECKED, through(stack.local().baseUrl()), stack.local().apiKey());
        } finally {
            delete(directory);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static URI through(String baseUrl) {
        return URI.create(baseUrl + "/gateway/openai/v1/chat/completions");
    }

    private Times measure(String name, URI uri, String key) throws IOException, InterruptedException {
        try (var caller = new GatewayCaller(uri, BODY, key)) {
            for (int rate : new int[] {perSecond / 5, perSecond / 2, perSecond}) {
                run("  warming up, %d/s".formatted(rate), caller, rate, WARM_UP_SECONDS);
            }
            return run(name, caller, perSecond, seconds);
        }
    }

    private Times run(String name, GatewayCaller caller, int rate, int time) throws InterruptedException {
        Effort effort = Effort.start();
        Times times = run(caller, rate, time);
        System.out.printf(
                "%-28s %8.2f %8.2f %8.2f %8d%n%s%n",
                name, millis(times.at(50)), millis(times.at(99)), millis(times.at(100)), times.failed(), effort.told());
        return times;
    }

    private Times run(GatewayCaller caller, int rate, int time) throws InterruptedException {
        int calls = rate * time;
        long[] nanos = new long[calls];
        var failed = new AtomicInteger();
        long began = System.nanoTime();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < calls; i++) {
                long due = began + i * 1_000_000_000L / rate;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                int number = i;
                callers.execute(() -> {
                    if (!caller.call()) {
                        failed.incrementAndGet();
                    }
                    nanos[number] = System.nanoTime() - due;
                });
            }
        }
        Arrays.sort(nanos);
        return new Times(nanos, failed.get());
    }

    private static void added(String name, Times times, Times direct) {
        System.out.printf(
                "%-28s %8.2f %8.2f%n%n",
                "added: " + name, millis(times.at(50) - direct.at(50)), millis(times.at(99) - direct.at(99)));
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            // Little, for what the provider allocates is collected beside the product.
            var piece = new byte[BODY.length()];
            while (exchange.getRequestBody().read(piece) >= 0) {
                // Nobody needs it.
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
        }
    }
}
