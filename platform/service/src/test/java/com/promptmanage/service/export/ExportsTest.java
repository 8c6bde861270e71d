package com.promptmanage.service.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExportsTest {

    private static final Account ACME = Account.team("acme");

    private static final byte[] PART = new byte[1 << 20];

    private final Exports exports = new Exports();

    /** Whether an export whose reader is gone ended without an error that the server would log. */
    private final CompletableFuture<Boolean> endedQuietly = new CompletableFuture<>();

    private final CountDownLatch begun = new CountDownLatch(Exports.RUNNING_OF_ONE_MAX);

    private final CountDownLatch ending = new CountDownLatch(1);

    private final Routes routes = config -> {
        config.get(
                "/whole",
                ctx -> export(ctx, output -> {
                    output.write(PART);
                    return true;
                }));
        config.get(
                "/held",
                ctx -> export(ctx, output -> {
                    begun.countDown();
                    awaitEnding();
                    return true;
                }));
        config.get("/left", ctx -> {
            export(ctx, output -> {
                throw new IOException("Broken pipe");
            });
            endedQuietly.complete(true);
        });
        config.get(
                "/revoked",
                ctx -> export(ctx, output -> {
                    output.write(PART);
                    return false;
                }));
        config.get(
                "/away",
                ctx -> export(ctx, output -> {
                    output.write(PART);
                    throw new UnavailableException("Away.", Duration.ofSeconds(1), new IOException("10.0.0.7"));
                }));
        config.get(
                "/unread",
                ctx -> exports.answer(ctx, ACME, () -> {
                    throw new UnavailableException("Away.", Duration.ofSeconds(1), new IOException("10.0.0.7"));
                }));
    };

    private final HttpServer server = HttpServer.start(HttpServer.Options.onPort(0), List.of(routes));

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        ending.countDown();
        client.close();
        server.close();
    }

    @Test
    void aFileIsWholeAndWhetherThereWouldBeOneIsToldWithoutIt() throws Exception {
        assertThat(get("/whole").body()).hasSize(PART.length);

        HttpResponse<byte[]> asked = get("/whole?check=true");

        assertThat(asked.statusCode()).isEqualTo(204);
        assertThat(asked.body()).isEmpty();
        assertThat(get("/whole?check=perhaps").statusCode()).isEqualTo(400);
    }

    @Test
    void moreOfOneAccountThanMayIsRefusedAlsoWhereItIsOnlyAsked() throws Exception {
        var held = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
        for (int i = 0; i < Exports.RUNNING_OF_ONE_MAX; i++) {
            held.add(client.sendAsync(request("/held"), BodyHandlers.ofByteArray()));
        }
        assertThat(begun.await(1, TimeUnit.MINUTES)).isTrue();

        HttpResponse<byte[]> refused = get("/whole");
        HttpResponse<byte[]> asked = get("/whole?check=true");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("10");
        assertThat(asked.statusCode()).isEqualTo(429);
        ending.countDown();
        for (CompletableFuture<HttpResponse<byte[]>> one : held) {
            assertThat(one.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void thatItsReaderIsGoneIsNoErrorOfOurs() throws Exception {
        assertThat(get("/left").body()).isEmpty();

        assertThat(endedQuietly.get(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void whatCannotBeFinishedIsBrokenOffAndWhatCannotBeBegunIsAProblem() throws Exception {
        assertThatThrownBy(() -> get("/revoked")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> get("/away")).isInstanceOf(IOException.class);
        assertThat(get("/unread").statusCode()).isEqualTo(503);
    }

    private void export(Context ctx, Exports.Content content) {
        var faults = new Faults();
        boolean isCheck = Exports.isCheck(ctx, faults);
        faults.check();
        if (isCheck) {
            exports.answerCheck(ctx, ACME);
        } else {
            exports.answer(ctx, ACME, () -> content);
        }
    }

    private void awaitEnding() throws IOException {
        try {
            ending.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private HttpResponse<byte[]> get(String path) throws Exception {
        return client.send(request(path), BodyHandlers.ofByteArray());
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create(server.baseUri() + path)).build();
    }
}
