package com.promptmanage.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.local.replay.MadeUpTrace;
import com.promptmanage.local.replay.Trace;
import com.promptmanage.testkit.Await;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTrafficTest {

    private static final DemoTraffic.Pace FAST = new DemoTraffic.Pace(Duration.ofMillis(8), Duration.ofMillis(1));

    @TempDir
    Path directory;

    @Test
    void itGoesOnWhenTheProductIsBack() throws Exception {
        byte[] past =
                MadeUpTrace.csv(10, Duration.ofDays(1), new SplittableRandom(1)).getBytes(StandardCharsets.UTF_8);
        try (var product = new Product();
                var traffic = DemoTraffic.start(
                        product.url(),
                        "pm_key",
                        directory,
                        Trace.read("past.csv", new ByteArrayInputStream(past)),
                        Clock.systemUTC(),
                        FAST)) {
            product.staysAway();
            product.takesMore();
            assertThat(directory).isDirectoryContaining("glob:**/replayed-*");

            product.staysAway();
            product.takesMore();

            assertThat(traffic).isNotNull();
        }
    }

    /** A product that is there or not. */
    private static final class Product implements AutoCloseable {

        private static final int SEVERAL = 3;

        private final AtomicInteger taken = new AtomicInteger();

        private final AtomicInteger refused = new AtomicInteger();

        private final HttpServer server;

        private volatile boolean isAway = true;

        Product() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/api", this::answer);
            server.start();
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        }

        /** Until it has refused something several times. */
        void staysAway() throws Exception {
            isAway = true;
            int before = refused.get();
            Await.until(() -> assertThat(refused.get()).isGreaterThanOrEqualTo(before + SEVERAL));
        }

        /** Until it has taken events several times. */
        void takesMore() throws Exception {
            isAway = false;
            int before = taken.get();
            Await.until(() -> assertThat(taken.get()).isGreaterThanOrEqualTo(before + SEVERAL));
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                if (isAway) {
                    refused.incrementAndGet();
                    exchange.sendResponseHeaders(500, -1);
                } else if (exchange.getRequestURI().getPath().equals("/api/v1/events")) {
                    taken.incrementAndGet();
                    exchange.getResponseHeaders().add("Prompt-Manage-Receipt", "receipt");
                    exchange.sendResponseHeaders(204, -1);
                } else {
                    byte[] nothing = "{}".getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(exchange.getRequestMethod().equals("GET") ? 200 : 201, nothing.length);
                    exchange.getResponseBody().write(nothing);
                }
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
