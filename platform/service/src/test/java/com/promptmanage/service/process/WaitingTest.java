package com.promptmanage.service.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.http.HttpServer;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitingTest {

    private final int port = FreePorts.one();

    private final CountDownLatch stopping = new CountDownLatch(1);

    private final AtomicReference<Optional<String>> thing = new AtomicReference<>(Optional.empty());

    private final ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor();

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        stopping.countDown();
        client.close();
        beside.close();
    }

    @Test
    void thePortSaysWhatIsMissingUntilItIsThere() throws Exception {
        Future<Optional<String>> waited = waitFor();

        Await.until(() -> assertThat(status("/health/live")).isEqualTo(200));
        HttpResponse<String> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("\"thing\"", "it has not come");
        HttpResponse<String> other = client.send(
                HttpRequest.newBuilder(uri("/api/things"))
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(other.statusCode()).isEqualTo(503);
        assertThat(other.body()).contains("\"unavailable\"", "it has not come");
        assertThat(other.headers().firstValue("Retry-After")).isPresent();

        thing.set(Optional.of("here"));

        assertThat(waited.get()).contains("here");
        HttpServer.start(HttpServer.Options.onPort(port), List.of()).close();
    }

    @Test
    void whoIsToldToStopWaitsNoLonger() throws Exception {
        Future<Optional<String>> waited = waitFor();
        Await.until(() -> assertThat(status("/health/ready")).isEqualTo(503));

        stopping.countDown();

        assertThat(waited.get()).isEmpty();
    }

    private Future<Optional<String>> waitFor() {
        return beside.submit(() ->
                new Waiting(HttpServer.Options.onPort(port), stopping).until("thing", "it has not come", thing::get));
    }

    private int status(String path) throws InterruptedException {
        try {
            return get(path).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
